"""Golden values for Attention: outputs, log-sum-exps and gradients under every mask, by PyTorch's autograd in float64.

Writes attention.npz beside this script; arrays are float64, key names read `case.quantity`. Masks are built here from their
definitions, pair by pair. Without a mask the formula is held to torch.nn.functional.scaled_dot_product_attention.

Run:   python3 -m venv venv && venv/bin/pip install numpy==2.4.6
       venv/bin/pip install torch==2.13.0+cpu   (from PyTorch's own CPU index)
       venv/bin/python make_attention.py
Made with Python 3.11, NumPy 2.4.6, PyTorch 2.13.0+cpu. A re-run with the same versions gives the same files.
"""

import math
import pathlib

import numpy as np
import torch

here = pathlib.Path(__file__).resolve().parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(20)

B, H, HKV, SQ, SKV, D = 2, 4, 2, 5, 7, 3


def draw(*shape):
    return torch.randn(*shape, generator=generator)


q, k, v = draw(B, H, SQ, D), draw(B, HKV, SKV, D), draw(B, HKV, SKV, D)
dO, dL = draw(B, H, SQ, D), draw(B, H, SQ)
bias = draw(SQ, SKV)
kept = (torch.rand(B, 1, SQ, SKV, generator=generator) < 0.5)
kept[0, 0, 2] = False  # a query that sees no key
learned = draw(H, 5)


def mask(rule):
    """The additive mask of a rule (b, h, i, j) -> bias."""
    m = torch.empty(B, H, SQ, SKV)
    for b in range(B):
        for h in range(H):
            for i in range(SQ):
                for j in range(SKV):
                    m[b, h, i, j] = rule(b, h, i, j)
    return m


def keep(condition):
    return 0.0 if condition else -math.inf


SHIFT = SKV - SQ
LENGTHS = [4, 0]
QUERY_OFFSETS, KEY_OFFSETS = [0, 2, 5], [0, 3, 7]
START, END = [0, 0, 1, 2, 2, 3, 5], [5, 1, 3, 5, 4, 5, 5]
BLOCKS = {(0, 1), (1, 0), (1, 2)}  # 3 queries by 3 keys


def document(offsets, i):
    return max(d for d in range(len(offsets) - 1) if offsets[d] <= i)


def packed_causal(i, j):
    """Bottom-right inside each document."""
    d = document(QUERY_OFFSETS, i)
    if document(KEY_OFFSETS, j) != d:
        return False
    shift = (KEY_OFFSETS[d + 1] - KEY_OFFSETS[d]) - (QUERY_OFFSETS[d + 1] - QUERY_OFFSETS[d])
    return j - KEY_OFFSETS[d] <= i - QUERY_OFFSETS[d] + shift


cases = {
    "none": lambda b, h, i, j: 0.0,
    "causal.topLeft": lambda b, h, i, j: keep(j <= i),
    "causal.bottomRight": lambda b, h, i, j: keep(j <= i + SHIFT),
    "window": lambda b, h, i, j: keep(-1 <= i + SHIFT - j <= 2),
    "prefix": lambda b, h, i, j: keep(j < 3 or j <= i),
    "padding": lambda b, h, i, j: keep(j < LENGTHS[b]),
    "packed": lambda b, h, i, j: keep(document(QUERY_OFFSETS, i) == document(KEY_OFFSETS, j)),
    "packed.causal": lambda b, h, i, j: keep(packed_causal(i, j)),
    "columns": lambda b, h, i, j: keep(START[j] <= i < END[j]),
    "blocks": lambda b, h, i, j: keep((i // 3, j // 3) in BLOCKS),
    "boolean": lambda b, h, i, j: keep(kept[b, 0, i, j]),
    "additive": lambda b, h, i, j: float(bias[i, j]),
    "alibi": lambda b, h, i, j: -(2.0 ** (-8 * (h + 1) / H)) * abs(i + SHIFT - j),
    "relative": lambda b, h, i, j: float(learned[h, min(max(i - j, -2), 2) + 2]),
    "causal.alibi.padding": lambda b, h, i, j: keep(j <= i + SHIFT and j < LENGTHS[b])
    - (2.0 ** (-8 * (h + 1) / H)) * abs(i + SHIFT - j),
}

out = {"q": q, "k": k, "v": v, "dO": dO, "dL": dL, "bias": bias, "kept": kept.double(), "learned": learned}
for name, rule in cases.items():
    leaves = [x.clone().requires_grad_() for x in (q, k, v)]
    Q, K, V = leaves[0], *(x.repeat_interleave(H // HKV, dim=1) for x in leaves[1:])
    m = mask(rule)
    seen = torch.isfinite(m)
    scores = Q @ K.transpose(-1, -2) / math.sqrt(D) + torch.where(seen, m, 0.0)
    top = torch.where(seen, scores, -1e300).amax(-1, keepdim=True).detach()
    some = seen.any(-1, keepdim=True)
    e = torch.where(seen, torch.exp(torch.where(seen, scores - top, 0.0)), 0.0)
    total = torch.where(some, e.sum(-1, keepdim=True), 1.0)
    o = e @ V / total
    lse = torch.where(some, top + torch.log(total), 0.0).squeeze(-1)
    ((o * dO).sum() + (lse * dL * some.squeeze(-1)).sum()).backward()
    if bool(some.all()):
        peer = torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=m)
        assert (peer - o).abs().max() < 1e-14, name
    out[f"{name}.o"] = o
    out[f"{name}.lse"] = torch.where(some.squeeze(-1), lse, -math.inf)
    for letter, leaf in zip("qkv", leaves):
        out[f"{name}.d{letter}"] = leaf.grad

np.savez_compressed(
    here / "attention.npz",
    **{key: np.require(value.detach().numpy().astype(np.float64), requirements="C") for key, value in out.items()})
