"""What is found of a part by a label alone, whoever the question is bound to."""

from agents.claims import check_claim
from agents.evidence import Evidence
from agents.findings import Finding
from agents.look_claims import is_called
from agents.testimony import Testimony
from twins.queries import SubQuery


def found_by_label(part: SubQuery, evidence: Evidence) -> Finding | None:
    """Return that a thing which a part names is there, where a label says so and all else that the part says holds."""
    phrase = part.subject or ""
    nouns = evidence.grounder.describe(phrase).nouns
    if not nouns or not evidence.objects:
        return None
    fits = evidence.grounded(phrase)
    labelled = [n for n in range(len(fits)) if is_called(nouns, evidence.name(n), evidence.twin)]
    number = max(labelled, key=lambda n: (fits[n], evidence.presence[n]), default=None)
    if number is None:
        return None
    claims = Testimony(evidence).that_looks(part, number)
    if any(check_claim(claim, evidence.twin, evidence.geometry).check != "verified" for claim in claims):
        return None
    return Finding(part, 1.0, lambda: claims, (evidence.name(number),), evidence.in_view(number))
