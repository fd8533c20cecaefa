#!/usr/bin/env python3
"""Attention in PyTorch: scaled_dot_product_attention, and the formula as it is taught, with all scores in memory.

  forward-h32d128-causal-float32-2k     scaled_dot_product_attention, batch 1; dense or causal, float32 or bfloat16
  backward-h32d128-causal-float32-2k    the same, forward and backward together
  standard-h32d128-causal-float32-2k    the formula: scores, mask, softmax and their product as separate operations
  decode-h32kv8-bfloat16-16k            one token over stored keys and values, 32 heads over 8 (enable_gqa)
  prefill-h32kv8-float32-4k-512         the last 512 tokens of 4096, causal from the bottom right (an additive mask made before)

Run:   python attention_torch.py [--threads N] [--repeat N] [--case NAME] [--list]
Prints a JSON array of {case, threads, seconds, peer}; seconds is the median of one call.
"""

import re

import peer

SHAPES = ("h32d128", "h8d64")
FORMATS = ("float32", "bfloat16")


def names():
    for shape in SHAPES:
        for mask in ("dense", "causal"):
            for length in ("512", "1k", "2k", "4k", "8k"):
                for form in FORMATS:
                    yield f"forward-{shape}-{mask}-{form}-{length}"
                yield f"backward-{shape}-{mask}-float32-{length}"
                if mask == "causal" and length in ("2k", "4k"):
                    yield f"standard-{shape}-{mask}-float32-{length}"
    for heads in (32, 8):
        for form in FORMATS:
            for length in ("4k", "16k", "64k", "128k"):
                yield f"decode-h32kv{heads}-{form}-{length}"
            if (heads, form) != (32, "bfloat16"):
                yield f"prefill-h32kv{heads}-{form}-4k-512"


CASES = list(names())

if __name__ == "__main__":
    options, selected = peer.arguments(__doc__.splitlines()[0], CASES, repeat=3)

import torch
import torch.nn.functional as F


def count(text):
    return int(text[:-1]) * 1024 if text.endswith("k") else int(text)


def normal(heads, tokens, width, form):
    """[1, heads, tokens, width]; tokens repeat after 4096, for they take longer to draw than to attend to."""
    drawn = torch.randn(1, heads, min(tokens, 4096), width).to(getattr(torch, form))
    return drawn.repeat(1, 1, max(1, tokens // 4096), 1)


def standard(q, k, v, hidden):
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    return torch.softmax(scores + hidden, dim=-1) @ v


def square(name):
    kind, shape, mask, form, length = name.split("-")
    heads, width = map(int, re.fullmatch(r"h(\d+)d(\d+)", shape).groups())
    tokens, causal = count(length), mask == "causal"
    q, k, v = (normal(heads, tokens, width, form) for _ in range(3))
    if kind == "standard":
        hidden = torch.full((tokens, tokens), float("-inf")).triu(1)
        return lambda: standard(q, k, v, hidden)
    if kind == "forward":
        return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    for x in (q, k, v):
        x.requires_grad_()
    cotangent = torch.randn_like(q)

    def both():
        output = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return torch.autograd.grad(output, (q, k, v), cotangent)

    return both


def stored(name):
    kind, shape, form, length, *chunk = name.split("-")
    key_heads = int(shape.removeprefix("h32kv"))
    tokens = count(length)
    k, v = (normal(key_heads, tokens, 128, form) for _ in range(2))
    if kind == "decode":
        q = normal(32, 1, 128, form)
        return lambda: F.scaled_dot_product_attention(q, k, v, enable_gqa=key_heads != 32)
    queries = int(chunk[0])
    q = normal(32, queries, 128, form)
    hidden = torch.full((queries, tokens), float("-inf")).triu(tokens - queries + 1).to(q.dtype)
    return lambda: F.scaled_dot_product_attention(q, k, v, attn_mask=hidden, enable_gqa=key_heads != 32)


def main():
    torch.set_num_threads(options.threads)
    seconds = {}
    for name in selected:
        torch.manual_seed(0)
        run = stored(name) if name.split("-")[0] in ("decode", "prefill") else square(name)
        if name.startswith("backward"):
            seconds[name] = peer.measure(run, options.repeat)
        else:
            with torch.no_grad():
                seconds[name] = peer.measure(run, options.repeat)
        del run
    formula = "formula" if all(name.startswith("standard") for name in selected) else "SDPA"
    peer.report(f"PyTorch {torch.__version__} {formula}", options, seconds)


if __name__ == "__main__":
    main()
