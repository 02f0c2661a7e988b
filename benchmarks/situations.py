"""Fit the model of situations anew, after their example sentences were changed: ``python -m benchmarks.situations``."""

from agents.situations.fit import fit_model
from agents.situations.keys import model_key, spelled_key
from agents.situations.model import STORED, write_model
from agents.situations.sentences import sentences
from encoders.minilm import MiniLM


def main() -> None:
    """Fit the model, write it, and say how well it knows its own sentences."""
    encoder, told = MiniLM(), sentences()
    model = fit_model(encoder, told)
    write_model(model, model_key(encoder), spelled_key())
    vectors = encoder.encode([one.text for one in told])
    likeliest = [
        model.classes[int(model.likelihoods(one.text, v).argmax())] for one, v in zip(told, vectors, strict=True)
    ]
    known = sum(found[0] == one.situation for found, one in zip(likeliest, told, strict=True))
    print(f"{STORED.name}: {len(told)} sentences, {known / len(told):.1%} of them recognised")


if __name__ == "__main__":
    main()
