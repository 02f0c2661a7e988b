"""Which words carry no meaning of their own."""

# The English list of NLTK (Porter et al.; as repackaged by bm25s), contractions as BERT's tokenizer splits them.
_NLTK = (
    "a about after again against ain all am an and any are aren as at be because been before being below between both"
    " but by can couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn"
    " have haven having he her here hers herself him himself his how i if in into is isn it its itself just ll m ma"
    " me mightn more most mustn my myself needn no nor not now o of off on once only or other our ours ourselves out"
    " over own re s same shan she should shouldn so some such t than that the their theirs them themselves then there"
    " these they this those through to too under until up ve very was wasn we were weren what when where which while"
    " who whom why will with won wouldn y you your yours yourself yourselves above"
)

STOP_WORDS = frozenset(_NLTK.split())


def carries_meaning(word: str) -> bool:
    """Say whether a lower-cased word is neither punctuation nor a stop word."""
    return word not in STOP_WORDS and any(letter.isalnum() for letter in word)
