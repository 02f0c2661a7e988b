"""The ONNX graph of all-MiniLM-L6-v2, built from its published safetensors; imported only when it must be built.

BERT (Devlin et al. 2019, arXiv:1810.04805), post-norm: 6 layers, width 384, 12 heads. The nodes are onnxruntime's own
fused ones, so that loading needs no graph optimisation.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from twins.geometry import Floats

LAYERS = 6
WIDTH = 384
HEADS = 12
EPSILON = 1e-12
FUSED = "com.microsoft"


class _Graph:
    """Nodes and constants, collected in order."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def product(self, entered: str, layer: str) -> str:
        """Multiply by a linear layer's matrix, stored (out, in); its bias goes into the fused node that follows."""
        matrix = self.constant(f"{layer}.matrix", self.weights[f"{layer}.weight"].T)
        return self.node("MatMul", [entered, matrix], f"{layer}.product")

    def add_and_normalise(self, product: str, skip: str, layer: str, norm: str) -> str:
        inputs = [product, skip, *(self.weight(f"{norm}.{part}") for part in ("weight", "bias"))]
        bias = self.weight(f"{layer}.bias")
        return self.node("SkipLayerNormalization", [*inputs, bias], f"{norm}.out", FUSED, epsilon=EPSILON)


def build_graph(safetensors: Path, output: Path) -> None:
    """Write the model as one ONNX file.

    Inputs: ``ids`` (b, t) int32, padded with 0; ``lengths`` (b,) int32, tokens of each row. Output: ``states``
    (b, t, 384) float32, the last hidden states; those of padding are meaningless.
    """
    graph = _Graph(load_file(safetensors))
    states = _embed(graph)
    for layer in range(LAYERS):
        states = _layer(graph, states, f"encoder.layer.{layer}")
    graph.node("Identity", [states], "states")
    body = helper.make_graph(
        graph.nodes,
        "minilm",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["texts"]),
        ],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", WIDTH])],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    onnx.save_model(helper.make_model(body, opset_imports=opsets, ir_version=8), output)


def _embed(graph: _Graph) -> str:
    # Every token is of segment 0, whose row can be added to the positions once and for all.
    segment = graph.weights["embeddings.token_type_embeddings.weight"][0]
    positions = graph.weights["embeddings.position_embeddings.weight"] + segment
    words, norm = "embeddings.word_embeddings.weight", "embeddings.LayerNorm"
    inputs = ["ids", "", graph.weight(words), graph.constant("positions", positions), ""]
    inputs += [graph.weight(f"{norm}.weight"), graph.weight(f"{norm}.bias")]
    graph.nodes.append(
        helper.make_node(
            "EmbedLayerNormalization", inputs, [f"{norm}.out", "unused_mask"], domain=FUSED, epsilon=EPSILON
        )
    )
    return f"{norm}.out"


def _layer(graph: _Graph, states: str, layer: str) -> str:
    parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
    matrix = graph.constant(f"{layer}.qkv", np.concatenate([graph.weights[f"{part}.weight"] for part in parts]).T)
    bias = graph.constant(f"{layer}.qkv_bias", np.concatenate([graph.weights[f"{part}.bias"] for part in parts]))
    inputs = [states, matrix, bias, "lengths"]
    attended = graph.node("Attention", inputs, f"{layer}.attended", FUSED, num_heads=HEADS)
    dense = f"{layer}.attention.output.dense"
    attended = graph.add_and_normalise(
        graph.product(attended, dense), states, dense, f"{layer}.attention.output.LayerNorm"
    )
    wide = f"{layer}.intermediate.dense"
    inputs = [graph.product(attended, wide), graph.weight(f"{wide}.bias")]
    hidden = graph.node("BiasGelu", inputs, f"{wide}.out", FUSED)
    narrow = f"{layer}.output.dense"
    return graph.add_and_normalise(graph.product(hidden, narrow), attended, narrow, f"{layer}.output.LayerNorm")
