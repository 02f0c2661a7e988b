"""The forms of messages that follow up on what was shown: one explains every word of a message, or it is a question.

A group ``a`` holds references (:mod:`agents.shown`), ``text`` what is left; ``same`` asks the question before.
The kinds are tried in order.
"""

import re
from typing import Literal

from agents.moments import MOMENT
from agents.shown import COUNT, EACH_NAMED, MARKED, NAMED, NOUN, ORDINAL, PLAIN, PLURAL, SEVERAL, SINGULAR, THERE

Kind = Literal["question", "refine", "drop", "why", "where", "about", "alike", "more", "sort", "back", "recap", "aside"]

SHORT = 4
"""Words that may follow a bare ``only at …``; a longer one is a sentence of its own."""
ORIGINAL, PREVIOUS = "first", "previous"
"""The list that *back* goes to, beside the last one (empty), and those that are named by what was asked."""
TURNED = "the other way round"
TELLING = "what happens"

# What introduces a condition, and what is left of it as a sentence.
_THE_ONES = rf"(?:(?:the|those|these)(?: {NOUN})?|{NOUN})"
_SUCH = r"(?:where|in which|that|which|who|(?=with\b|without\b|whose\b|at\b|in\b|on\b|from\b|by\b|during\b))"
_KEEP = r"(?:(?:show|give|list|keep)(?: me)? |i (?:only )?(?:want|mean) )?"
_SPOT = r"(?:the )?(?:spots?|places?|moments?|frames?|masks?|box(?:es)?|spans?|times?|objects?|instances?|evidence)"
_HAPPENS = (
    r"(?: (?:(?:is|was) (?:it|that|this)|(?:does |did )?(?:it|that|this)(?: happens?| occurs?| takes? place| is)?))"
)
_AT_WHAT = r"(?:where|when|at what time|at which moment)(?: exactly)?"
_IT_DOES = r"(?P<of>does|did|is|was|do|are|were) (?:it|they) "
_DEED = r"(?!(?:happen|occur|take place)\b|(?:start|begin|end)(?:$| (?:in|of) )).+?"
_ABOVE = (
    r"(?:(?:ranked |ranking |placed |listed |shown |put )?(?:above|over|before|ahead of|higher than|in front of)|"
    r"better than|preferred (?:to|over)|rather than|instead of|beat(?:s|ing)?)"
)
_BELOW = (
    r"(?:(?:ranked |ranking |placed |listed |shown |put )?(?:below|under|beneath|after|behind|lower than)|worse than)"
)
_PLACED = (
    r"(?:ranked |placed |listed |shown )?"
    r"(?:so (?:high|low|far (?:up|down))|first|last|on top|at the (?:top|bottom|end)|"
    rf"the (?:best|top|winner|first|last)(?: one)?|(?:the )?{ORDINAL}|here|there|in the list|included|listed|shown|"
    r"dropped|a match|the answer)"
)
_HIGHER = r"(?:ranked |placed |listed |shown )?(?:first|higher|better|on top|at the top|the (?:best|top|winner|first))"
_IS = r"(?:is|are|was|were|does|do|did|should|would)"
_OUTSIDE = r"(?:the )?(?:(?:video|clip|file) )?(?P<outside>\S(?:.{0,118}?\S)?)"
_TELL = (
    r"(?:show|list|find|choose|pick|include|name|mention|suggest|return|offer|propose|give|select|consider|rank|display|"
    r"tell)(?: me)?(?: (?:of|about))?"
)
_LEAVE_OUT = r"(?:leave out|omit|skip|ignore|drop|miss|forget|exclude|overlook|pass over)"
_AMONG = rf"(?:{_PLACED}|among (?:them|those|these|the {NOUN})|found|chosen|one of (?:them|those|these))"
UNKNOWN = rf"(?:(?:[\w'-]+ ){{1,4}}{NOUN}|(?=\S*[\d_.])[\w.-]+)"
"""What is meant for one of the videos though none is called so: "the dog one", "clip_999"."""
_EDIT = (
    r"(?:(?:\s*[,;:]\s*(?:(?:but|only|just|except|and)\b\s*)?|\s+(?:but|only|just|except)\s+|"
    r"\s+(?=(?:with|without|at|in|on|during|where|under|near)\b))(?P<text>\S.*))?"
)
# What follows may name a video: "and in the third?" is no condition.
AT = rf"(?:with|without|at|in(?! (?:(?:the )?(?:\d|⟦)|{SEVERAL}$))|on|by|during|outdoors|indoors|outside|inside)"
_LIKE = r"(?:like|similar to|resembling|as in|in the style of)"


_MOST = r"(?:longest|shortest|earliest|latest|best|worst)"
_MORE = r"(?:longer|shorter|earlier|later|better|worse)"
_OF_THEM = r"(?:what|who|how) (?:does|do|did|is|are|was|were) (?:the|its|it|they|he|she|that|this)"
_WHETHER = r"(?:is|was|does|did|has|isn't|doesn't|didn't)"
# "It" may be nobody there, unless a video is spoken of.
_WEATHER = (
    r"(?:rain|snow|hail|storm|at night|night|day|dark|light|sunny|cloudy|foggy|windy|summer|winter|cold|warm|hot)"
)
ASKS = (
    r"(?:what(?:'s)?|who(?:'s)?|which|how|is|are|was|were|does|do|did|has|have|had|can|isn't|aren't|doesn't|don't|"
    r"didn't)"
)
_DROP = (
    r"(?:remove|drop|delete|exclude|discard|omit|hide|skip|ignore|leave out|take out|take away|throw out|get rid of|"
    r"forget|not|without|except|but not|no)(?: for)?"
)
_ALL_BUT = r"(?:all|everything|all of them|all of those|any)(?: but| except| other than| without| apart from)(?: for)?"
_LOOK = rf"(?!(?:first|second|third|last|next|other|previous|same|only|{_MOST})\b)[\w-]+"
_SHOW = r"(?:(?:show|give|find|list|see|get)(?: me)? )?"
_LIST = rf"(?:list|search|question|ones?|{NOUN})"
_LISTS = r"(?:list|search|question|results|videos|clips|hits)"
_GO = r"(?:(?:go|take me|let's go|bring me|return|jump|show|give|list)(?: me)? )?(?:back )?(?:to )?(?:the |my )?"
_AGO = r"(?:previous|earlier|last|former|old|other)"


def _forms(*forms: str | tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile forms; one that comes with a second string says that where it has no group ``text``."""
    pairs = [(form, "") if isinstance(form, str) else form for form in forms]
    return tuple((re.compile(form, re.I), said) for form, said in pairs)


FORMS: dict[Kind, tuple[tuple[re.Pattern[str], str], ...]] = {
    "why": _forms(
        rf"why (?:{_IS} )?(?P<a>{SEVERAL}) (?:(?:is|was) )?{_ABOVE} (?P<b>{SEVERAL})",
        rf"why (?:{_IS} )?(?P<b>{SEVERAL}) (?:(?:is|was) )?{_BELOW} (?P<a>{SEVERAL})",
        rf"why (?:{_IS} )?(?P<a>{SEVERAL})(?: and|,)? not (?P<b>{SEVERAL})",
        rf"(?:how is|what makes) (?P<a>{SEVERAL}) {_ABOVE} (?P<b>{SEVERAL})",
        rf"compare (?P<a>{SEVERAL})(?: (?:and|with|to) (?P<b>{SEVERAL}))?",
        rf"what (?:do|does) (?P<a>{SEVERAL}) have in common",
        rf"what(?:'s| is| are) the differences? between (?P<a>{SEVERAL})",
        rf"what(?:'s| is) different (?:between|about|in|with) (?P<a>{SEVERAL})",
        rf"how (?:is|are|do|does) (?P<a>{SEVERAL}) (?:different|differ)(?: (?:from|to) (?P<b>{SEVERAL}))?",
        r"what(?:'s| is| are) the (?P<pair>differences?)",
        r"(?:is|was) (?P<a>it|that|this) (?:really )?(?:correct|right|true|so)",
        rf"(?:are you (?:sure|certain)|how (?:sure|certain) are you)(?: (?:about|of) (?P<a>{SEVERAL}))?|really",
        rf"what (?:does|do) (?P<a>{SEVERAL}) have that (?P<b>{SEVERAL}) (?:does|do)(?:n't| not)(?: have)?",
        rf"(?:is|are|was|were) (?P<a>{SEVERAL}) (?:{_ABOVE}|like|the same as|different from) (?P<b>{SEVERAL})",
        rf"why (?:is|was)(?:n't| not) (?P<notfirst>{SEVERAL}) {_HIGHER}",
        rf"why (?:is|was) (?P<notfirst>{SEVERAL}) not {_HIGHER}",
        rf"why not (?P<notfirst>{SEVERAL})(?: {_HIGHER})?",
        rf"why (?:{_IS}(?:n't)? )?(?P<a>{SEVERAL})(?: not)? {_PLACED}",
        rf"(?:why not|why (?:is|was)(?:n't| not)|what speaks against|what(?:'s| is) wrong with) {_OUTSIDE}"
        rf"(?: {_AMONG})?",
        rf"why (?:is|was) {_OUTSIDE} (?:not {_AMONG}|missing|left out|absent|dropped)",
        rf"why (?:(?:did|do)(?:n't| not)? you (?:not )?{_TELL}|did you {_LEAVE_OUT}) (?P<a>{SEVERAL})",
        rf"why (?:(?:did|do)(?:n't| not)? you (?:not )?{_TELL}|did you {_LEAVE_OUT}|not {_TELL}) {_OUTSIDE}",
        rf"(?:why|explain)(?: (?:did you (?:choose|pick|show|rank) )?(?P<a>{SEVERAL}))?",
        r"(?:why this|explain the|explain this) (?:order|ranking)",
        rf"what (?:speaks|is there|evidence is there|do you have) (?:for|against) (?P<a>{SEVERAL})",
        rf"(?:what(?:'s| is) the evidence|how do you know)(?: (?:for|of|in|about) (?P<a>{SEVERAL}))?",
    ),
    "where": _forms(
        rf"(?:show me |tell me |and )?(?:where|when)(?: exactly| precisely)?{_HAPPENS}?"
        rf"(?: (?:in|of|for) (?P<a>{SEVERAL}))?{_HAPPENS}?",
        rf"(?:show me|show|see|open|play|watch|view|display|point to|zoom in on|give me|go to|jump to) "
        rf"(?:{_SPOT} (?:of|in|for) )?(?P<a>{SEVERAL})(?: again| in detail| closer)?",
        rf"{_AT_WHAT} {_IT_DOES}(?P<rest>{_DEED}) (?:in|of) (?P<a>{THERE})",
        rf"{_AT_WHAT} (?:in|of) (?P<a>{SEVERAL}) {_IT_DOES}(?P<rest>{_DEED})",
        rf"{_AT_WHAT} (?P<of>does|did|is|was) (?P<a>it) (?P<rest>{_DEED})",
        rf"(?:show me|show|point to) {_SPOT}|zoom in|(?:look )?closer",
        rf"(?:at what time|at which (?:time|moment)|(?:which|what) (?:frames?|objects?|moments?)){_HAPPENS}?"
        rf"(?: (?:in|of|for) (?P<a>{SEVERAL}))?",
        rf"(?:show me )?(?:where|when) (?:(?:is|are|was|were|does|do|did) )?(?P<text>.+) (?:in|of) (?P<a>{NAMED})",
        rf"(?:show me|show|point to|highlight|mark|find) (?P<text>(?:the|a|an) .+) (?:in|of) (?P<a>{PLAIN})(?![\w-])",
    ),
    "refine": _forms(
        rf"{_KEEP}(?:only|just) {_THE_ONES} {_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) (?:those|these|the ones) (?P<text>.+)",
        r"(?:those|the ones) (?:where|in which) (?P<text>.+)",
        rf"{_KEEP}(?:the|those|these) ones {_SUCH} ?(?P<text>.+)",
        rf"keep {_THE_ONES} {_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) (?P<a>{NAMED}),? (?:if |when )?{_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) the (?P<text>(?:[\w-]+ ){{1,3}})ones",
        rf"(?:which|what)(?: ones?)? of (?P<a>{SEVERAL}) (?P<text>(?!and |or |{_IS} (?:the )?(?:{_MOST}|{_MORE})\b).+)",
        rf"(?:of|among|out of|from) (?P<a>{SEVERAL}),? (?:only |just )?(?:which(?: ones?)? |{_THE_ONES} )?{_SUCH} ?"
        rf"(?P<text>.+)",
        rf"(?:only|just)(?: (?:if|when|where|in which))? (?P<text>(?:where|{AT})(?: [\w'-]+){{0,{SHORT}}})",
        r"(?:only|just) (?:if|where|in which) (?P<text>.+)",
        rf"(?:narrow|filter|limit|restrict) (?P<a>{SEVERAL}) (?:down )?(?:to|by|for) (?:{_THE_ONES} (?:{_SUCH} ?)?)?"
        r"(?P<text>.+)",
        rf"which(?: ones?)? (?P<text>(?:is|are|has|have|shows?|contains?|does|do|was|were)\b(?! the| {_MOST}\b) .+)",
        rf"(?:and|(?:and )?(?:what|how) about) (?P<text>{AT}(?: [\w'-]+){{0,{SHORT}}})",
        rf"(?:(?:is|are|do|does|has|have) (?:any|one|some)|any)(?: one)? of (?P<a>{PLURAL}) (?P<text>.+)",
        rf"{_KEEP}(?:the )(?P<text>(?:{_LOOK} ){{1,2}})ones?",
        rf"{_KEEP}(?:only |just )(?:in )?(?P<a>{SEVERAL})",
        rf"{_KEEP}(?P<a>{SEVERAL}) (?:only|alone)",
        rf"keep (?P<a>{SEVERAL})",
    ),
    "drop": _forms(
        rf"{_DROP} (?P<a>{SEVERAL})",
        rf"{_KEEP}{_ALL_BUT} (?P<a>{SEVERAL})",
        rf"not (?P<text>{AT}(?: [\w'-]+){{0,{SHORT}}})",
        rf"(?:{_DROP}|{_ALL_BUT}) {_THE_ONES} {_SUCH} ?(?P<text>.+)",
        rf"(?:{_DROP}|{_ALL_BUT}) (?:the|any|all the|all) (?P<text>(?:{_LOOK} ){{1,2}})ones?",
    ),
    "alike": _forms(
        rf"{_KEEP}(?:find(?: me)? )?(?:is there |are there |do you have )?"
        r"(?:some |any |a few )?"
        r"(?:more|another|others?|something|anything|videos?|clips?)(?: one| ones| videos?| clips?)?(?: else)? "
        rf"(?:that (?:is|are|looks?) )?(?:just )?{_LIKE} (?P<a>{SEVERAL}){_EDIT}",
        rf"(?:like|similar to|as in|the same as) (?P<a>{SEVERAL}){_EDIT}",
        rf"more (?:of )?(?P<a>{SINGULAR}|{MARKED}){_EDIT}",
        rf"(?P<a>{NAMED}|{SINGULAR}|(?:those|these)(?: {NOUN})?)(?: again)?,? but (?:only )?(?P<text>.+)",
        rf"{_KEEP}(?:find )?(?:more |other |some )?similar(?: (?:ones?|videos?|clips?))?{_EDIT}",
        r"(?:the )?same(?: (?:one|thing|video|clip))?(?: again)?"
        r"(?:,? but (?:only )?| (?=(?:with|without|at|in|on|during)\b))(?P<text>.+)",
    ),
    "more": _forms(
        rf"{_SHOW}(?:some |any |a few )?more(?: of (?:them|those|these))?(?: {NOUN})?",
        rf"{_SHOW}(?P<text>{COUNT}) (?:more|others?)(?: {NOUN})?",
        rf"{_SHOW}(?:the )?next(?! one\b)(?: (?P<text>{COUNT}))?(?: (?:page|results|videos|clips|hits|matches))?",
        rf"{_SHOW}(?:the )?(?:rest|others)(?: of (?:them|those|the list))?",
        r"(?:are|is) there (?:any |some )?(?:more|others?|anything else|other ones)|any(?: more| others| other ones)",
        r"(?:what|anything) else(?: is there| (?:do|have|did) you (?:have|got|find|found))?",
        r"(?:is|was) that (?:all|it|everything)",
        r"(?:go on|continue|keep going)",
    ),
    "sort": _forms(
        rf"(?:sort|order|rank|arrange|list|show)(?: me)?(?: (?:it|{PLURAL}|the list|the {NOUN}|everything))?"
        r"(?: again)? (?:by|in order of|according to) (?:the |their )?(?P<text>.+)",
        rf"(?:sort|order|list|show)(?: (?:{PLURAL}|the list|the {NOUN}))? (?P<text>alphabetically|chronologically)",
        r"(?:the )?(?P<text>longest|shortest|earliest|latest|best|worst|longer|shorter)(?: ones?)? first",
        rf"which(?: {NOUN})?(?: (?:is|are|was))?(?: the)? (?P<text>{_MOST})(?: {NOUN})?(?: of (?P<a>{SEVERAL}))?",
        rf"which(?: ones?)? of (?P<a>{SEVERAL}) (?:{_IS} )?(?:the )?(?P<text>{_MOST}|{_MORE})(?: {NOUN})?",
        rf"(?:{_SHOW}|what(?:'s| is) |and )?the (?P<text>longest|shortest|earliest|latest)(?: {NOUN})?"
        rf"(?: of (?P<a>{SEVERAL}))?",
        (r"(?:the )?other way (?:a?round)|vice versa|the opposite", TURNED),
        (
            rf"(?:reverse|invert|turn round|turn around)(?: (?:it|{PLURAL}|(?:the|this) (?:list|order|ranking)))?",
            "reverse",
        ),
        (r"in reverse(?: order)?", "reverse"),
    ),
    "back": _forms(
        (
            rf"{_GO}(?:(?:very )?first|original|initial) {_LISTS}(?: again)?",
            ORIGINAL,
        ),
        (
            rf"{_GO}{_AGO} {_LISTS}(?: again)?",
            PREVIOUS,
        ),
        (
            r"(?:forget|remove|clear|undo|drop|lift) (?:the|that|this) (?:last )?(?:filter|condition|restriction)s?|"
            r"(?:go |step |one step )?back|undo(?: (?:that|it|this|the last(?: step)?))?|take that back|previous|"
            r"(?:the )?(?:list|results) before(?: that)?",
            PREVIOUS,
        ),
        (
            rf"{_SHOW}(?:me )?(?:the|that|this) (?:whole |full |entire )?(?:list|results|videos)(?: again)?|"
            rf"{_SHOW}(?:them|those|it|everything|all)(?: all)? again|once more|again|repeat(?: (?:that|it|this))?|"
            rf"(?:back to |show )?(?:all of them|the whole list|all of it)",
            "",
        ),
        rf"(?:go |take me |return )?back to (?:the |my )(?:{_LIST} (?:for|of|with|about|on) )?(?P<text>.+)",
    ),
    "recap": _forms(
        (
            r"what (?:did|have) (?:i|we) (?:ask(?:ed)?|say|said|search(?:ed)?|look(?:ed)?)(?: you)?(?: for| about)?"
            r" (?:first(?: of all)?|at first|(?:at|in) the (?:very )?(?:start|beginning)|to begin with)|"
            r"(?:what|which) (?:was|is) (?:my|the|our) (?:very )?(?:first|original|initial) "
            r"(?:question|query|search|thing (?:that )?(?:i|we) (?:asked|said))",
            ORIGINAL,
        ),
        r"what (?:did|have) (?:i|we) (?:just )?(?:ask(?:ed)?|say|said|search(?:ed)?|look(?:ed)?)(?: you)?"
        r"(?: for| about)?(?: so far| before| last| until now| earlier)?",
        r"(?:what|which) (?:was|is|were) (?:my|the|our) (?:last |previous |current )?"
        r"(?:questions?|query|queries|search(?:es)?)",
        r"(?:show (?:me )?)?(?:the |my )?(?:history|recap|overview)(?: of (?:this|the) (?:conversation|chat))?",
        r"how many(?: (?:videos|clips|results|hits|matches|of them))?(?: (?:are|were|did|do|have|is))?"
        r"(?: (?:there|left|shown|found|you (?:find|found|show|have|shown)|that|it|in the list))+",
        rf"(?:what|which)(?: {NOUN})? (?:are|were|is) (?:shown|left|in the list|on the list|listed)(?: now)?",
        r"where (?:were|are) we",
    ),
    "about": _forms(
        (
            rf"what(?:'s| is| else)? ?(?:happens?|happening|happened|going on|goes on|shown|to be seen|seen|visible)"
            rf"(?: (?:in|on|with) (?P<a>{SEVERAL}))?(?: there)?",
            TELLING,
        ),
        (rf"what (?:do|does|did) (?P<a>{SEVERAL}) show", TELLING),
        (rf"what(?:'s| is| are) (?P<a>{SEVERAL})(?: about| of)?", TELLING),
        (
            r"(?:describe|summari[sz]e|(?:tell me )?(?:some(?:thing)? |a bit )?(?:more )?about|"
            r"(?:tell me|explain) what happens in|(?:more |the )?(?:details|info|information) (?:of|on|about|for)|"
            rf"more (?:about|on)) (?P<a>{SEVERAL})",
            TELLING,
        ),
        rf"(?P<same>(?:and )?(?:(?:what|how) about )?in) (?P<a>{SEVERAL})",
        rf"(?:(?:what|how) about )?(?P<a>{SEVERAL})",
        rf"(?P<text>{ASKS}(?: .+?)?) (?:in|of|from|on) (?P<a>{EACH_NAMED})",
        rf"(?P<text>{ASKS} (?:the|a|an|any|there|something|someone|anything|anyone|everything|all)\b.*?)"
        rf" (?:in|of) (?P<a>{PLAIN})(?![\w-]| \w+s\b) (?P<rest>.+)",
        rf"(?P<text>why .+) in (?P<a>{PLAIN})(?![\w-])",
        rf"(?P<text>how long) (?:is|are|was|were|does|do) (?P<a>{SEVERAL})(?: last| take| run)?",
        r"(?P<text>(?:how long|how many seconds) (?:is|was|does) it(?: last| take| run)?|"
        r"what(?:'s| is) (?:the|its) length|"
        r"(?:what|which) (?:colou?r|shape|size|texture|pattern|material) (?:is|are|was|were) (?:it|they|that)|"
        r"(?:what|who)(?:'s| is| are) in (?:it|there)|what does it (?:show|look like)|what (?:does|did) it do|"
        r"how many .+ (?:in it|does it (?:have|show)))",
        rf"(?P<text>{ASKS} .+) in (?P<a>it|there|that (?:one|video|clip)|{PLURAL})",
        r"(?P<of>(?:what|which) (?:colou?r|shape|size|texture|pattern|material) (?:is|are|was|were))"
        rf" (?P<a>{NAMED})",
        rf"(?P<of>(?:(?:what|how|who|when|where) )?(?:is|was|does|did|has|isn't|doesn't)) (?P<a>{PLAIN})(?![\w-])"
        r" (?P<rest>.+)",
        r"(?P<of>are|were|do|did|have) (?P<a>they|(?:all|both|each) of (?:them|these|those))(?: all| both)?"
        r" (?P<rest>.+)",
        rf"(?P<text>{_WHETHER} it (?!{_WEATHER}).+)",
        r"(?P<text>(?:how|what|when|where) (?:does|did|is|was) it .+)",
        r"(?P<text>(?:what|which) (?:colou?rs?|shape|size|texture|pattern|material) (?:is|are|was|were|do|does) .+)",
        r"(?P<text>what (?:does|do|did|is|are|was|were) (?:the|its|that|this) .+? (?:do|doing|up to)"
        rf"(?:,? {MOMENT})?|what (?:happens|is happening|happened)(?: (?:to|with) (?:the|its) .+?)?,? {MOMENT})",
        rf"(?P<text>{_OF_THEM} .+?) in (?P<a>{PLAIN}),? (?P<rest>{MOMENT})",
        rf"(?P<text>{_OF_THEM} .+ {MOMENT}|{MOMENT},? (?:{_OF_THEM} .+|what happens.*))",
        r"(?P<text>how many .+ (?:are|is) there(?: in it)?|"
        r"what happens (?:first|last|(?:at|in) the (?:end|start|beginning))|"
        r"(?:what|which) (?:kinds? of )?(?:things?|objects?) (?:are|is|can be seen|do you see)(?: there| in it)*)",
        rf"(?P<focused>{_WHETHER} it .+)",
        r"(?P<focused>(?:(?:what|how) )?(?:is|are|was|were|does|do|did|has|have) (?:the|its|there(?! one)) .+)",
    ),
}
