"""Who decides: decomposer, judge, editor and reranker, with a language model or by rules."""
