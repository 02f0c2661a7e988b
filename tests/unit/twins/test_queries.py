import json
from pathlib import Path

from twins.queries import Claim, ResultRecord, Verdict

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "result.schema.json"


def test_the_documented_schema_is_the_one_in_force():
    # make schema writes it anew; a change of meaning needs a new schema_version.
    assert json.loads(SCHEMA.read_text()) == ResultRecord.model_json_schema(mode="serialization")


def test_unknown_keys_of_a_model_s_answer_are_dropped():
    verdict = Verdict.model_validate({"score": 0.5, "mood": "good", "claims": [{"claim": "x", "because": "y"}]})
    assert verdict.claims == (Claim(claim="x"),)
