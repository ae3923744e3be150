"""Weights that other code trained are read by their names and shapes."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from grokcore import ModularTask, TransformerConfig
from grokcore.analysis import fourier
from grokcore.lens import from_state_dict, read
from grokcore.models import by_hand
from grokcore.runs import files

# Random biases without a norm, as in most of these, are warned of; see below.
pytestmark = pytest.mark.filterwarnings("ignore:no layer norm has weights here")


def hooked(
    *, p=7, T=3, H=2, K=4, M=12, V=None, C=None, layers=1, norm=False, dtype=None
):
    """A state dict as HookedTransformer wrote it, every weight and bias random."""
    D, V, C = H * K, V or p + 1, C or p
    shapes = {"embed.W_E": (V, D), "pos_embed.W_pos": (T, D)}
    for i in range(layers):
        block = {"W_Q": (H, D, K), "W_K": (H, D, K), "W_V": (H, D, K), "W_O": (H, K, D)}
        block |= {"b_Q": (H, K), "b_K": (H, K), "b_V": (H, K), "b_O": (D,)}
        shapes |= {f"blocks.{i}.attn.{name}": shape for name, shape in block.items()}
        block = {"W_in": (D, M), "b_in": (M,), "W_out": (M, D), "b_out": (D,)}
        shapes |= {f"blocks.{i}.mlp.{name}": shape for name, shape in block.items()}
        if norm:
            block = {"ln1.w": (D,), "ln1.b": (D,), "ln2.w": (D,), "ln2.b": (D,)}
            shapes |= {f"blocks.{i}.{name}": shape for name, shape in block.items()}
    if norm:
        shapes |= {"ln_final.w": (D,), "ln_final.b": (D,)}
    shapes |= {"unembed.W_U": (D, C), "unembed.b_U": (C,)}
    generator = torch.Generator().manual_seed(0)
    weights = {
        name: 0.5 * torch.randn(shape, generator=generator).to(dtype or torch.float64)
        for name, shape in shapes.items()
    }
    for i in range(layers):
        weights[f"blocks.{i}.attn.mask"] = torch.ones(T, T, dtype=torch.bool).tril()
        weights[f"blocks.{i}.attn.IGNORE"] = torch.tensor(-math.inf)
    return weights


def logits_by_formula(w, tokens, activation=torch.relu):
    """[B, T] → [B, T, C], written out with einsum."""

    def norm(x, name):
        if f"{name}.w" not in w:
            return x
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return x * w[f"{name}.w"] + w[f"{name}.b"]

    x = w["embed.W_E"][tokens] + w["pos_embed.W_pos"][: tokens.shape[1]]
    for i in range(sum(name.endswith("W_Q") for name in w)):
        attn, mlp = f"blocks.{i}.attn", f"blocks.{i}.mlp"
        read = norm(x, f"blocks.{i}.ln1")
        q, k, v = (
            torch.einsum("btd,hdk->bthk", read, w[f"{attn}.W_{n}"]) + w[f"{attn}.b_{n}"]
            for n in "QKV"
        )
        scores = torch.einsum("bqhk,bshk->bhqs", q, k) / q.shape[-1] ** 0.5
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        pattern = scores.masked_fill(future, -math.inf).softmax(-1)
        z = torch.einsum("bhqs,bshk->bqhk", pattern, v)
        x = x + torch.einsum("bqhk,hkd->bqd", z, w[f"{attn}.W_O"]) + w[f"{attn}.b_O"]
        pre = norm(x, f"blocks.{i}.ln2") @ w[f"{mlp}.W_in"] + w[f"{mlp}.b_in"]
        x = x + activation(pre) @ w[f"{mlp}.W_out"] + w[f"{mlp}.b_out"]
    return norm(x, "ln_final") @ w["unembed.W_U"] + w["unembed.b_U"]


def table(p, *constants):
    n = torch.arange(p)
    operands = torch.cartesian_prod(n, n)
    return torch.cat((operands, torch.tensor([constants]).expand(p * p, -1)), 1)


@pytest.mark.parametrize(
    ("sizes", "activation"),
    [
        ({"p": 13}, "relu"),
        ({"p": 5, "H": 1, "K": 7, "M": 3}, "gelu"),
        ({"p": 6, "H": 3, "K": 2, "layers": 2}, "relu"),
        ({"p": 5, "layers": 2, "norm": True}, "relu"),
    ],
)
def test_the_older_naming_has_the_logits_of_the_formula(sizes, activation):
    weights = hooked(**sizes)
    model = from_state_dict(weights, activation=activation)
    tokens = table(sizes["p"], sizes["p"])
    function = {"relu": torch.relu, "gelu": F.gelu}[activation]
    expected = logits_by_formula(weights, tokens, function)
    torch.testing.assert_close(model(tokens), expected[:, -1], atol=1e-9, rtol=0)
    torch.testing.assert_close(model.forward_plain(tokens), expected)
    assert model.config.biases == "all"
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_the_sizes_are_read_off_the_shapes():
    config = from_state_dict(hooked(H=3, K=5, M=11, layers=2, norm=True)).config
    assert config == TransformerConfig(
        layers=2, width=15, heads=3, mlp_width=11, norm="pre", biases="all"
    )


def test_the_weights_are_copies():
    weights = hooked()
    model = from_state_dict(weights)
    before = model.W_E.clone()
    weights["embed.W_E"].zero_()
    assert torch.equal(model.W_E, before)


@pytest.mark.parametrize(
    "dtype", [torch.float8_e4m3fn, torch.float16, torch.bfloat16, torch.float32]
)
def test_low_precision_is_raised_to_float32(dtype):
    floats = {n: t for n, t in hooked().items() if t.is_floating_point()}
    weights = {name: tensor.to(dtype) for name, tensor in floats.items()}
    model = from_state_dict(weights)
    assert model.W_E.dtype == torch.float32
    assert torch.equal(model.W_E, weights["embed.W_E"].float())


@settings(max_examples=15)
@given(
    st.builds(
        TransformerConfig,
        layers=st.integers(1, 2),
        width=st.sampled_from([4, 8]),
        heads=st.sampled_from([1, 2]),
        mlp_width=st.integers(1, 9),
        norm=st.sampled_from(["none", "pre", "post"]),
        biases=st.sampled_from(["none", "mlp", "blocks", "all"]),
    ),
    st.sampled_from(["a b =", "a ∘ b ="]),
    st.integers(2, 3),
)
def test_our_own_models_come_back_as_they_were(config, token_format, operands):
    task = ModularTask(
        p=5, train_fraction=0.5, token_format=token_format, operands=operands
    )
    model = config.build(task, seed=0)
    again = from_state_dict(model.state_dict())
    assert (again.config, again.layout) == (config, task.layout)
    for name, tensor in again.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])


def test_files_of_our_own_are_read_in_float16_and_float32(tmp_path):
    model = by_hand(p=13, frequencies=(2, 5))
    tokens = table(13, 13)
    for dtype in (torch.float16, torch.float32):
        path = tmp_path / f"{dtype}.safetensors"
        tensors = {name: t.to(dtype) for name, t in model.state_dict().items()}
        files.write_tensors(path, tensors)
        again = read(path)
        assert torch.equal(again(tokens).argmax(-1), tokens[:, :2].sum(1) % 13)
        assert fourier.key_frequencies(again.W_E[:13]) == (2, 5)


def test_outputs_for_other_than_numbers_are_dropped():
    weights = hooked(p=7, C=8)
    model = from_state_dict(weights)
    tokens = table(7, 7)
    expected = logits_by_formula(weights, tokens)[:, -1, :7]
    torch.testing.assert_close(model(tokens), expected, atol=1e-9, rtol=0)


def test_positions_after_the_equation_are_dropped():
    weights = hooked(p=7, T=5)
    model = from_state_dict(weights, layout=(None, None, 7))
    tokens = table(7, 7)
    expected = logits_by_formula(weights, tokens)[:, -1]
    torch.testing.assert_close(model(tokens), expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("sizes", "layout"),
    [
        ({"T": 3}, (None, None, 7)),
        ({"T": 4}, (None, None, None, 7)),
        ({"T": 4, "V": 9}, (None, 8, None, 7)),
        ({"T": 6, "V": 9}, (None, 8, None, 8, None, 7)),
        ({"T": 3, "C": 8}, (None, None, 7)),
        ({"T": 2, "V": 7}, (None, None)),
    ],
)
def test_the_layout_follows_from_the_sizes(sizes, layout):
    model = from_state_dict(hooked(**sizes))
    assert model.layout == layout
    assert model.unembed.W_U.shape[1] == 7


@pytest.mark.parametrize(
    "sizes",
    [{"T": 2}, {"T": 3, "V": 9}, {"T": 4, "C": 8}, {"T": 5, "V": 9}, {"V": 12}],
)
def test_other_sizes_need_a_layout(sizes):
    with pytest.raises(ValueError, match=r"leave open .* pass layout, such as"):
        from_state_dict(hooked(**sizes))


def test_a_layout_can_be_given():
    model = from_state_dict(hooked(p=7, V=9, C=9, T=4), layout=(None, 7, None, 8))
    assert model.layout == (None, 7, None, 8)
    assert model.unembed.W_U.shape[1] == 7


@pytest.mark.parametrize(
    "layout", [(None, None, 8), (None, None, 0), (1, 2, 7), (None, None, None, 7), ()]
)
def test_a_layout_that_does_not_fit_is_refused(layout):
    with pytest.raises(ValueError, match=r"does not fit 3 positions .* 8 tokens"):
        from_state_dict(hooked(), layout=layout)


def without(*names):
    return {name: t for name, t in hooked().items() if name not in names}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, r"missing \['blocks.0.attn.W_Q', .*; there are \[\]"),
        (without("embed.W_E"), r"missing \['embed.W_E'\]; there are"),
        (without("blocks.0.attn.W_O"), r"missing \['blocks.0.attn.W_O'\]; there are"),
        (
            hooked() | {"blocks.0.mlp.W_gate": torch.ones(8, 12)},
            r"unknown tensor 'blocks.0.mlp.W_gate' of shape \(8, 12\)",
        ),
        (
            hooked() | {"blocks.2.mlp.b_in": torch.ones(12)},
            "unknown tensor 'blocks.2.mlp.b_in'",
        ),
        (
            hooked() | {"blocks.0.attn.W_O": torch.ones(8, 8)},
            r"blocks.0.attn.W_O has shape \(8, 8\) .* expected \(2, 4, 8\)",
        ),
        (
            hooked() | {"unembed.b_U": torch.ones(())},
            r"unembed.b_U has shape \(\) .* expected \(7,\)",
        ),
        (
            hooked() | {"blocks.0.mlp.b_in": torch.ones(12, dtype=torch.int64)},
            r"blocks.0.mlp.b_in has shape \(12,\) and type torch.int64",
        ),
        (
            hooked() | {"embed.W_E": torch.ones(8)},
            r"embed.W_E has shape \(8,\); expected 2 axes",
        ),
        (
            hooked() | {"blocks.0.attn.W_Q": torch.ones(2, 8, 3)},
            r"blocks.0.attn.W_Q has shape \(2, 8, 3\): 2 heads of width 3, but "
            r"embed.W_E has width 8",
        ),
        (hooked() | {"epoch": 9}, "'epoch' is a int, not a tensor"),
        ({"a": hooked(), "b": hooked()}, r"in each of \['a', 'b'\]; pass one of them"),
    ],
)
def test_what_does_not_fit_is_named(weights, message):
    with pytest.raises(ValueError, match=message):
        from_state_dict(weights)


def test_another_number_of_heads_is_refused():
    with pytest.raises(ValueError, match=r"heads=4, but blocks.0.attn.W_Q has 2"):
        from_state_dict(hooked(), heads=4)


def test_biases_that_are_missing_are_zero():
    weights = without("blocks.0.attn.b_Q")
    model = from_state_dict(weights)
    assert (model.blocks[0].attn.b_Q == 0).all()
    assert torch.equal(model.blocks[0].attn.b_K, weights["blocks.0.attn.b_K"])


def test_biases_that_no_part_of_a_kind_has_are_left_out():
    assert from_state_dict(without("unembed.b_U")).unembed.b_U is None


def bridged():
    """The weights of ``hooked`` by the bridge's names."""
    w = hooked()
    attn = {
        f"blocks.0.attn.{x}.weight": w[f"blocks.0.attn.W_{x.upper()}"]
        .transpose(1, 2)
        .flatten(0, 1)
        for x in "qkv"
    }
    attn["blocks.0.attn.o.weight"] = w["blocks.0.attn.W_O"].flatten(0, 1).T
    for x in "qkvo":
        attn[f"blocks.0.attn.{x}.bias"] = w[f"blocks.0.attn.b_{x.upper()}"].flatten()
    mlp = {}
    for x in ("in", "out"):
        mlp[f"blocks.0.mlp.{x}.weight"] = w[f"blocks.0.mlp.W_{x}"].T
        mlp[f"blocks.0.mlp.{x}.bias"] = w[f"blocks.0.mlp.b_{x}"]
    return {
        "embed.weight": w["embed.W_E"],
        "pos_embed.weight": w["pos_embed.W_pos"],
        **attn,
        **mlp,
        "unembed.weight": w["unembed.W_U"].T,
        "unembed.bias": w["unembed.b_U"],
    }


def test_the_bridges_naming_holds_the_same_model(tmp_path):
    path = tmp_path / "bridge.safetensors"
    save_file({name: t.contiguous() for name, t in bridged().items()}, path)
    again, expected = read(path, heads=2), from_state_dict(hooked())
    for name, tensor in expected.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


@pytest.mark.parametrize(
    ("changes", "heads", "message"),
    [
        ({}, None, "names of a TransformerBridge.* pass heads=<number>"),
        ({}, 3, r"blocks.0.attn.q.weight has shape \(8, 8\).* not fit heads=3"),
        (
            {"blocks.0.attn.q.bias": torch.ones(())},
            2,
            r"blocks.0.attn.q.bias has shape \(\), which does not fit heads=2",
        ),
        (
            {"blocks.0.mlp.gate.weight": torch.ones(1)},
            2,
            "unknown tensor 'blocks.0.mlp",
        ),
    ],
)
def test_what_does_not_fit_of_the_bridges_naming_is_named(changes, heads, message):
    with pytest.raises(ValueError, match=message):
        from_state_dict(bridged() | changes, heads=heads)


# -- as other people's code leaves them ----------------------------------------------


def papers(weights):
    """Our weights as the papers' own code has them, with outputs for all tokens."""
    theirs = {}
    for name, tensor in weights.items():
        match name.rpartition(".")[2]:
            case "W_E" | "W_in" | "W_out" | "W_Q" | "W_K" | "W_V":
                tensor = tensor.mT
            case "W_O":
                tensor = tensor.permute(2, 0, 1).flatten(1)
            case "W_U":
                tensor = torch.cat([tensor, tensor.new_zeros(len(tensor), 1)], 1)
        theirs[name] = tensor
    return theirs


@pytest.mark.parametrize("sizes", [{}, {"p": 6, "V": 8, "C": 8, "M": 8}])
def test_the_papers_matrices_lie_the_other_way_around(sizes):
    """Also where widths, tokens and neurons are as many, and shapes tell nothing."""
    if sizes:
        weights = hooked(**sizes)
        theirs = papers(weights) | {"unembed.W_U": weights["unembed.W_U"]}
        layout = {"layout": (None, None, 7)}
    else:
        weights, layout = by_hand(11, (2, 3)).state_dict(), {}
        theirs = papers(weights)
    expected = from_state_dict(weights, norm="none", **layout).state_dict()
    found = from_state_dict(theirs, norm="none", **layout).state_dict()
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name


def test_matrices_of_which_only_some_are_turned_are_refused():
    weights = by_hand(11, (2, 3)).state_dict()
    turned = {n: t.mT if n.endswith(("W_E", "W_in")) else t for n, t in weights.items()}
    with pytest.raises(ValueError, match=r"embed.W_E has shape .* transposed"):
        from_state_dict(turned)


@pytest.mark.parametrize(
    ("name", "axes"),
    [
        ("embed.W_E", "V, D"),
        ("blocks.0.attn.W_Q", "H, D, K"),
        ("blocks.0.mlp.W_in", "D, M"),
        ("unembed.W_U", "D, C"),
    ],
)
def test_a_matrix_that_lies_the_other_way_around_is_named(name, axes):
    """Also W_U, of which one could think that there are as many outputs as D."""
    weights = hooked(p=9)
    with pytest.raises(ValueError, match=rf"{name} has shape .*\[{axes}\] with D = 8"):
        from_state_dict(weights | {name: weights[name].mT})


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "net.model."])
@pytest.mark.parametrize("inside", [None, "model", "state_dict"])
def test_prefixes_and_dictionaries_around_weights_are_looked_through(prefix, inside):
    weights = by_hand(11, (2, 3)).state_dict()
    wrapped = {prefix + name: tensor for name, tensor in weights.items()}
    if inside:
        wrapped = {inside: wrapped, "epoch": 3, "optimizer": {"lr": 0.1}}
    model = from_state_dict(wrapped)
    assert all(torch.equal(model.state_dict()[n], t) for n, t in weights.items())


def test_where_the_weights_are_is_told():
    weights = by_hand(11, (2, 3)).state_dict()
    step = {"model": weights, "step": torch.tensor(3)}
    assert from_state_dict(step).layout == (None, None, 11)
    deep = {"state_dicts": [weights, weights], "config": {"p": 11}}
    with pytest.raises(ValueError, match=r"pass .* weights\['state_dicts'\]\[-1\]"):
        from_state_dict(deep)
    with pytest.raises(ValueError, match=r"got a Transformer; pass .*state_dict\(\)"):
        from_state_dict(by_hand(11, (2, 3)))


@pytest.mark.parametrize(
    "names", [("wte.weight", "h.0.attn.c_attn.weight"), ("tok.w", "layers.0.q")]
)
def test_names_of_other_code_are_refused_with_those_that_are_read(names):
    with pytest.raises(ValueError, match=rf"such as '{names[0]}' .*are read") as error:
        from_state_dict({name: torch.ones(4, 4) for name in names})
    assert "pass heads" not in str(error.value)


def folded(weights, centered=True):
    """The same model with its layer norms multiplied into what reads them."""
    w = dict(weights)

    def fold(norm, matrices):
        for matrix, bias in matrices:
            W = w[matrix] * w[f"{norm}.w"][:, None]
            w[bias] = w[bias] + torch.einsum("d,...do->...o", w[f"{norm}.b"], w[matrix])
            w[matrix] = W - W.mean(-2, keepdim=True) if centered else W

    attn = "blocks.0.attn"
    fold("blocks.0.ln1", [(f"{attn}.W_{x}", f"{attn}.b_{x}") for x in "QKV"])
    fold("blocks.0.ln2", [("blocks.0.mlp.W_in", "blocks.0.mlp.b_in")])
    fold("ln_final", [("unembed.W_U", "unembed.b_U")])
    return {name: tensor for name, tensor in w.items() if "ln" not in name}


def test_norms_that_were_folded_are_recognized_and_said():
    weights = hooked(norm=True)
    tokens = table(7, 7)
    expected = logits_by_formula(weights, tokens)[:, -1]
    with pytest.warns(UserWarning, match=r"centered.*read as norm='pre'"):
        model = from_state_dict(folded(weights))
    torch.testing.assert_close(model(tokens), expected)


def test_norms_that_may_have_been_folded_are_asked_for():
    weights, tokens = hooked(norm=True), table(7, 7)
    expected = logits_by_formula(weights, tokens)[:, -1]
    left = folded(weights, centered=False)
    with pytest.warns(UserWarning, match=r"read as norm='none'; .* or norm='pre'"):
        from_state_dict(left)
    torch.testing.assert_close(from_state_dict(left, norm="pre")(tokens), expected)
    assert from_state_dict(left, norm="none").config.norm == "none"


def test_one_norm_that_is_missing_is_no_folded_one():
    weights = hooked(norm=True)
    del weights["blocks.0.ln2.w"]
    with pytest.raises(ValueError, match=r"missing \['blocks.0.ln2.w'\]"):
        from_state_dict(weights)


def test_a_pointer_of_git_lfs_is_called_one(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(ValueError, match=r"pointer of Git LFS.* git lfs pull"):
        read(path)


def test_a_pickle_is_not_opened_and_the_way_on_is_told(tmp_path):
    weights = by_hand(11, (2, 3)).state_dict()
    path = tmp_path / "model.pt"
    torch.save({"model": weights, "epoch": 3}, path)
    with pytest.raises(ValueError, match="is a pickle") as error:
        read(path)
    assert 'weights_only=True, map_location="cpu"' in str(error.value)
    again = torch.load(path, weights_only=True, map_location="cpu")
    model = from_state_dict(again)
    assert torch.equal(model.state_dict()["embed.W_E"], weights["embed.W_E"])


def test_a_file_that_is_none_is_refused(tmp_path):
    pickled = tmp_path / "model.pth"
    torch.save(hooked(), pickled)
    garbled = tmp_path / "model.safetensors"
    garbled.write_bytes(b"no tensors\x00")
    page = tmp_path / "page.safetensors"
    page.write_text("<!doctype html>")
    ways_on = {
        pickled: "If you trust it",
        garbled: "cut short, or no .safetensors file",
        tmp_path: "it is a folder",
        page: "a text that begins with '<!doctype",
    }
    for path, way_on in ways_on.items():
        with pytest.raises(ValueError, match=rf"cannot read {path}: .*{way_on}"):
            read(path)
    with pytest.raises(ValueError, match=r"there is no file .*nowhere.safetensors"):
        read(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize("wrapper", ["_orig_mod", "_fsdp_wrapped_module"])
def test_what_wrappers_put_into_the_middle_of_names_is_left_out(wrapper):
    weights = by_hand(11, (2, 3)).state_dict()
    wrapped = {n.replace(".0.", f".0.{wrapper}."): t for n, t in weights.items()}
    model = from_state_dict({f"{wrapper}.{n}": t for n, t in wrapped.items()})
    assert all(torch.equal(model.state_dict()[n], t) for n, t in weights.items())


def test_what_lies_beside_a_wrapped_model_is_passed_over_and_said():
    weights = by_hand(11, (2, 3)).state_dict()
    wrapped = {f"module.{name}": tensor for name, tensor in weights.items()}
    with pytest.warns(UserWarning, match=r"passed over, .*: \['n_averaged'\]"):
        model = from_state_dict(wrapped | {"n_averaged": torch.tensor(3)})
    assert all(torch.equal(model.state_dict()[n], t) for n, t in weights.items())


def test_two_models_in_one_dictionary_are_not_chosen_from():
    both = {f"{m}.{n}": t for m in ("net", "ema") for n, t in hooked().items()}
    with pytest.raises(ValueError, match=r"2 models, .* \['net.', 'ema.'\]; pass"):
        from_state_dict(both)


def test_arrays_of_numpy_are_read():
    weights = by_hand(11, (2, 3)).state_dict()
    model = from_state_dict({name: t.numpy() for name, t in weights.items()})
    assert all(torch.equal(model.state_dict()[n], t) for n, t in weights.items())


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ([hooked()], r"got a list; pass weights\[-1\]"),
        ("model.safetensors", r"got a str; .*gc.lens.read\(path\)"),
        (
            {"model": by_hand(11, (2, 3)), "epoch": 3},
            r"'model' is a Transformer.*, weights\['model'\].state_dict\(\)",
        ),
    ],
)
def test_what_holds_the_weights_is_looked_into(given, way):
    with pytest.raises(ValueError, match=way):
        from_state_dict(given)


def test_numbers_that_are_none_are_said():
    weights = by_hand(11, (2, 3)).state_dict()
    weights["embed.W_E"][3, 3] = float("nan")
    with pytest.warns(UserWarning, match=r"not all is a finite number in \['embed.W_E"):
        from_state_dict(weights)


def test_what_stands_for_a_missing_part_leaves_the_model_as_it_is():
    """No neurons, no positions, tied embeddings: refused, and the advice is right."""
    weights, tokens = hooked(), table(7, 7)
    for lost, advised, instead in [
        ("pos_embed.W_pos", "zeros", {"pos_embed.W_pos": torch.zeros(3, 8)}),
        ("unembed.W_U", "transpose", {"unembed.W_U": weights["embed.W_E"].T[:, :7]}),
    ]:
        left = {name: t for name, t in weights.items() if name != lost}
        with pytest.raises(ValueError, match=rf"'{lost}'\]: pass .*{advised}"):
            from_state_dict(left)
        whole = left | instead
        expected = logits_by_formula(whole, tokens)[:, -1]
        torch.testing.assert_close(from_state_dict(whole)(tokens), expected)
    left = {name: t for name, t in weights.items() if ".mlp." not in name}
    with pytest.raises(ValueError, match=r"W_in \[D, 1\] and W_out \[1, D\]"):
        from_state_dict(left)
    for i in {name.split(".")[1] for name in left if name.startswith("blocks.")}:
        left[f"blocks.{i}.mlp.W_in"] = torch.zeros(8, 1)
        left[f"blocks.{i}.mlp.W_out"] = torch.zeros(1, 8)
    silent = {n: t * (".mlp." not in n) for n, t in weights.items()}
    expected = logits_by_formula(silent, tokens)[:, -1]
    torch.testing.assert_close(from_state_dict(left)(tokens), expected)


def test_norms_of_another_kind_are_not_read_as_layer_norms():
    weights = hooked(norm=True)
    rms = {n: t for n, t in weights.items() if not ("ln" in n and n.endswith(".b"))}
    with pytest.raises(ValueError, match=r"\['blocks.0.ln1.b', .*RMS norms are"):
        from_state_dict(rms)
    renamed = {n.replace("ln_final", "ln_f"): t for n, t in weights.items()}
    with pytest.raises(ValueError, match=r"unknown tensor 'ln_f.[wb]' .*rename it"):
        from_state_dict(renamed, norm="pre")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<p>", "begins with '<!DOCTYPE html>'"),
        (b"Entry not found", "begins with 'Entry not found'"),
        (b'{"weight_map": {"embed.W_E": "1.safetensors"}}', "a list of the files"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "cut short, or no .safetensors file"),
    ],
)
def test_what_came_instead_of_weights_is_named(content, said, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read(path)


def test_an_archive_of_numpy_is_called_one_and_the_way_on_works(tmp_path):
    weights = by_hand(11, (2, 3)).state_dict()
    path = tmp_path / "weights.npz"
    np.savez(path, **{name: tensor.numpy() for name, tensor in weights.items()})
    with pytest.raises(ValueError, match=r"of numpy: weights = dict\(numpy.load\(path"):
        read(path)
    model = from_state_dict(dict(np.load(path)))
    assert all(torch.equal(model.state_dict()[n], t) for n, t in weights.items())
