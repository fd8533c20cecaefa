#!/usr/bin/env python3
"""SPACE (Lin et al. 2020) in PyTorch, written from its equations; one training step of it is the peer of `tessera bench space`.

  atari-joint   128 pixels, 16x16 cells, 3 segments; the boundary loss is off
  rooms-small   128 pixels, 8x8 cells, 5 segments; the boundary loss is on
  rooms-large   128 pixels, 16x16 cells, 5 segments; the boundary loss is on
  sSIDE-gGRID-kSEGMENTS-pGLIMPSE-wDIVISOR, such as s64-g8-k2-p16-w2: other sizes, the boundary loss is on
  Each may end in -plain: glimpses are then read and drawn by grid_sample, as the authors do, and not by two products with
  interpolation matrices (the same numbers, faster).

Run:   python space_torch.py [--threads N] [--repeat N] [--case NAME] [--batch N] [--list]
Prints a JSON array of {case, threads, seconds, peer, peakBytes, gflops}: the median seconds of a step (forward, backward,
clipping, RMSprop, Adam), the peak of resident memory, and the floating-point operations of the step's products.

Tensors are [batch, channels, height, width]. Parameters bear the names and the order of the authors' checkpoints.
"""

import argparse
import dataclasses
import json
import math
import re
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

NAMED = {"atari-joint": "s128-g16-k3-p32-w1", "rooms-small": "s128-g8-k5-p32-w1", "rooms-large": "s128-g16-k5-p32-w1"}


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The sizes: hidden channels are divided by `width_divisor`; latents, groups and recurrent sizes stay."""

    side: int = 128
    grid: int = 8
    components: int = 5
    glimpse: int = 32
    width_divisor: int = 1
    align_corners: bool = True
    separable: bool = True

    def width(self, channels):
        return channels // self.width_divisor

    @property
    def last_factors(self):
        """The most even split a * b of side / 8, a >= b: the last growths of the mask decoder."""
        rest = self.side // 8
        b = max(d for d in range(1, rest + 1) if rest % d == 0 and d * d <= rest)
        return rest // b, b


@dataclasses.dataclass(frozen=True)
class Stage:
    """What the schedules give for a step; `fixed_alpha` takes alpha's place in the mixture while it is set."""

    presence: float = 0.1
    scale_mean: float = -1.0
    scale_std: float = 0.1
    tau: float = 2.5
    fixed_alpha: float | None = None
    boundary: bool = False


class Draws:
    """Random numbers: drawn and kept in `record`, or taken from a given list in the same order."""

    def __init__(self, given=None):
        self.given = None if given is None else list(given)
        self.record = []

    def __call__(self, kind, like):
        value = self.given.pop(0).reshape(like.shape) if self.given is not None else getattr(torch, kind)(like)
        self.record.append(value)
        return value

    def normal(self, mean, std):
        return mean + std * self("randn_like", mean)

    def uniform(self, like):
        eps = torch.finfo(like.dtype).eps
        return self("rand_like", like).clamp(eps, 1 - eps)


def normal_kl(m, s, prior_m, prior_s):
    """KL(N(m, s^2) || N(M, S^2)), element by element."""
    ratio = s / prior_s
    return 0.5 * (ratio**2 + ((m - prior_m) / prior_s) ** 2 - 1) - torch.log(ratio)


def bernoulli_kl(p, rho, tiny=1e-15):
    def term(p, q):
        return p * (torch.log(p + tiny) - torch.log(q + tiny))

    rho = torch.full_like(p, rho)
    return term(p, rho) + term(1 - p, 1 - rho)


def log_normal(x, mean, std):
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std) - 0.5 * math.log(2 * math.pi)


def flat(x):
    """Sums of all but the first axis."""
    return x.flatten(1).sum(1)


# Networks


def conv(cin, cout, kernel, groups, stride=1, padding=None):
    """Convolution, then CELU, then GroupNorm."""
    padding = (1 if kernel > 1 else 0) if padding is None else padding
    return [nn.Conv2d(cin, cout, kernel, stride, padding), nn.CELU(), nn.GroupNorm(groups, cout)]


def up(cin, cout, factor, groups):
    """A sub-pixel convolution: each pixel becomes factor x factor pixels."""
    return [
        nn.Conv2d(cin, cout * factor**2, 1),
        nn.PixelShuffle(factor),
        nn.CELU(),
        nn.GroupNorm(groups, cout),
    ]


def strided_encoder(channels, side):
    """Four halvings with BatchNorm and ELU, then a linear map to 64."""
    layers = []
    for cin, cout in zip(channels, channels[1:]):
        layers += [nn.Conv2d(cin, cout, 3, 2, 1), nn.BatchNorm2d(cout), nn.ELU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear((side // 16) ** 2 * channels[-1], 64))


def growing_decoder(sizes, factors, widths, groups, outputs):
    """From 32 numbers to an image: mask decoder, and component decoder of a single segment."""
    first = sizes.width(256)
    layers = conv(32, first, 1, 16)
    cin = first
    for factor, width, group in zip(factors, widths, groups):
        cout = sizes.width(width)
        layers += up(cin, cout, factor, group) + conv(cout, cout, 3, group)
        cin = cout
    return nn.Sequential(*layers, *conv(cin, cin, 3, groups[-1]), nn.Conv2d(cin, outputs, 3, 1, 1))


class ImageEncoder(nn.Module):
    """Features of the grid's cells and the parameters of their posteriors."""

    def __init__(self, sizes):
        super().__init__()
        w = [3] + [sizes.width(c) for c in (16, 32, 64, 128, 256)]
        halvings = (sizes.side // sizes.grid).bit_length() - 1
        strided = (1, 2, 3, 5, 4)[:halvings]
        layers = []
        for i, groups in enumerate((4, 8, 8, 16, 32), start=1):
            stride = 2 if i in strided else 1
            kernel = 4 if i <= 3 and stride == 2 else 3
            layers += conv(w[i - 1], w[i], kernel, groups, stride)
        f = sizes.width(128)
        self.enc = nn.Sequential(*layers, *conv(w[5], f, 1, 16))
        self.enc_lat = nn.Sequential(*conv(f, f, 3, 16), *conv(f, f, 3, 16))
        self.enc_cat = nn.Sequential(*conv(2 * f, f, 3, 16))
        for name, outputs in (("scale", 4), ("shift", 4), ("pres", 1), ("depth", 2)):
            setattr(self, f"z_{name}_net", nn.Conv2d(f, outputs, 1))

    def forward(self, x):
        e = self.enc(x)
        f = self.enc_cat(torch.cat([e, self.enc_lat(e)], 1))
        heads = (self.z_pres_net, self.z_depth_net, self.z_scale_net, self.z_shift_net)
        return [head(f).flatten(2).transpose(1, 2) for head in heads]


class GlimpseEncoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        plan = ((16, 4, 3), (32, 8, 4), (32, 4, 3), (64, 8, 4), (128, 8, 4))
        unstrided = {32: (), 16: (2,), 8: (2, 4)}[sizes.glimpse]
        layers, cin = [], 3
        for i, (width, groups, kernel) in enumerate(plan, start=1):
            kernel = 3 if i in unstrided else kernel
            layers += conv(cin, sizes.width(width), kernel, groups, 2 if kernel == 4 else 1)
            cin = sizes.width(width)
        self.enc_cnn = nn.Sequential(*layers, *conv(cin, sizes.width(256), 4, 16, padding=0))
        self.enc_what = nn.Linear(sizes.width(256), 64)

    def forward(self, glimpse):
        mean, raw = self.enc_what(self.enc_cnn(glimpse).flatten(1)).chunk(2, -1)
        return mean, F.softplus(raw)


class GlimpseDecoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        plan = ((128, 16), (128, 16), (64, 8), (32, 8), (16, 4))[-(sizes.glimpse.bit_length() - 1) :]
        cin = sizes.width(256)
        layers = conv(32, cin, 1, 16)
        for width, groups in plan:
            cout = sizes.width(width)
            layers += up(cin, cout, 2, groups) + conv(cout, cout, 3, groups)
            cin = cout
        self.dec = nn.Sequential(*layers)
        self.dec_o = nn.Conv2d(cin, 3, 3, 1, 1)
        self.dec_alpha = nn.Conv2d(cin, 1, 3, 1, 1)

    def forward(self, what):
        f = self.dec(what[:, :, None, None])
        return torch.sigmoid(self.dec_o(f)), torch.sigmoid(self.dec_alpha(f))


# Boxes


def positions(n, align, like):
    """The n sample positions on [-1, 1]."""
    j = torch.arange(n, dtype=like.dtype)
    return -1 + 2 * j / (n - 1) if align else (2 * j + 1) / n - 1


def taps(v, n, align):
    """Bilinear weights of n samples at the positions v [...]: [..., n]; outside, the image is zero."""
    pixel = (v + 1) / 2 * (n - 1) if align else ((v + 1) * n - 1) / 2
    return F.relu(1 - (pixel[..., None] - torch.arange(n, dtype=v.dtype)).abs())


class Transformer:
    """Reads and writes boxes (sx, sy, tx, ty), [batch, N, 4]."""

    def __init__(self, where, sizes):
        self.sizes = sizes
        self.scale, self.shift = where[..., :2], where[..., 2:]

    def read(self, x):
        """Glimpses [batch * N, 3, g, g] of x: position p of the glimpse is s p + t of the image."""
        s = self.sizes
        if not s.separable:
            images = x.repeat_interleave(self.scale.shape[1], 0)
            return self._sample(images, self.scale, self.shift, s.glimpse)
        v = self.scale[..., None] * positions(s.glimpse, s.align_corners, x) + self.shift[..., None]
        weight = taps(v, s.side, s.align_corners)  # [batch, N, xy, g, side]
        b, n = v.shape[:2]
        rows = weight[:, :, 1].reshape(b, n * s.glimpse, s.side) @ x.transpose(1, 2).reshape(b, s.side, -1)
        rows = rows.reshape(b * n, s.glimpse * 3, s.side)
        both = rows @ weight[:, :, 0].flatten(0, 1).transpose(1, 2)
        return both.reshape(b * n, s.glimpse, 3, s.glimpse).transpose(1, 2)

    def write(self, maps):
        """Draws maps [batch * N, c, g, g] into canvases [batch, N, c, side, side]: source is (p - t) / (s + 1e-9)."""
        s = self.sizes
        b, n = self.scale.shape[:2]
        inverse = 1 / (self.scale + 1e-9)
        if not s.separable:
            drawn = self._sample(maps, inverse, -self.shift * inverse, s.side)
            return drawn.reshape(b, n, -1, s.side, s.side)
        p = positions(s.side, s.align_corners, maps)
        weight = taps((p - self.shift[..., None]) * inverse[..., None], s.glimpse, s.align_corners).flatten(0, 1)
        rows = weight[:, 1] @ maps.transpose(1, 2).reshape(b * n, s.glimpse, -1)
        both = rows.reshape(b * n, -1, s.glimpse) @ weight[:, 0].transpose(1, 2)
        return both.reshape(b, n, s.side, -1, s.side).transpose(2, 3)

    def _sample(self, images, scale, shift, side):
        theta = torch.zeros(images.shape[0], 2, 3, dtype=images.dtype)
        theta[:, (0, 1), (0, 1)] = scale.flatten(0, 1)
        theta[:, :, 2] = shift.flatten(0, 1)
        align = self.sizes.align_corners
        grid = F.affine_grid(theta, [*images.shape[:2], side, side], align_corners=align)
        return F.grid_sample(images, grid, align_corners=align)


def boundary_kernel(g, like):
    """A frame of 6/32 of the glimpse's side, 1/1024 high."""
    kernel = torch.full((g, g), 1 / 1024, dtype=like.dtype)
    width = (6 * g + 16) // 32
    kernel[width : g - width, width : g - width] = 0
    return kernel


# The two modules


class Foreground(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.img_encoder = ImageEncoder(sizes)
        self.z_what_net = GlimpseEncoder(sizes)
        self.glimpse_dec = GlimpseDecoder(sizes)

    def forward(self, x, stage, draws):
        grid, cells = self.sizes.grid, self.sizes.grid**2
        raw_pres, raw_depth, raw_scale, raw_shift = self.img_encoder(x)
        logits = 8.8 * torch.tanh(raw_pres)
        u = draws.uniform(logits)
        pres = torch.sigmoid((torch.log(u) - torch.log1p(-u) + logits) / stage.tau)
        posterior = {}
        for name, raw, tiny in (("depth", raw_depth, 0), ("scale", raw_scale, 1e-15), ("shift", raw_shift, 0)):
            mean, deviation = raw.chunk(2, -1)
            posterior[name] = (mean, F.softplus(deviation) + tiny)
        depth, scale, shift = (draws.normal(*posterior[name]) for name in ("depth", "scale", "shift"))
        cell = torch.arange(cells)
        corner = torch.stack([cell % grid, cell // grid], -1).to(x.dtype)
        where = torch.cat(
            [torch.sigmoid(scale), 2 / grid * (corner + 0.5 + torch.tanh(shift)) - 1], -1
        )
        boxes = Transformer(where, self.sizes)
        posterior["what"] = self.z_what_net(boxes.read(x))
        what = draws.normal(*posterior["what"])
        colour, alpha = self.glimpse_dec(what)
        presence = pres.reshape(-1, 1, 1, 1)
        shape = alpha * presence
        maps = [shape, shape * colour]
        if stage.boundary:
            maps.append(presence * boundary_kernel(self.sizes.glimpse, x))
        canvas = boxes.write(torch.cat(maps, 1))
        # The importance is a number of the cell times its alpha, so that it is not drawn by itself.
        weight = torch.softmax(100 * torch.sigmoid(-depth)[..., None, None] * canvas[:, :, :1], 1)
        alpha_map, image = (weight * canvas[:, :, :1]).sum(1), (weight * canvas[:, :, 1:4]).sum(1)
        boundary = x.new_zeros(len(x))
        if stage.boundary:
            overlap = 1000 * canvas[:, :, 4:].sum(1) * alpha_map
            boundary = flat(-log_normal(overlap, 0, 0.7))
        prior = {"depth": (0.0, 1.0), "scale": (stage.scale_mean, stage.scale_std), "shift": (0.0, 1.0), "what": (0.0, 1.0)}
        kl = {"pres": flat(bernoulli_kl(torch.sigmoid(logits), stage.presence))}
        for name, (mean, std) in posterior.items():
            kl[name] = flat(normal_kl(mean, std, *prior[name]).reshape(len(x), -1))
        objects = {"logits": logits, "pres": pres, "where": where, "depth": depth, "what": what, "colour": colour, "alpha": alpha}
        return image, alpha_map, boundary, kl, objects


class Split(nn.Module):
    """A linear map to the mean and deviation of 32 numbers."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def forward(self, h):
        return halves(self.fc(h))


def halves(h):
    mean, raw = h.chunk(2, -1)
    return mean, F.softplus(raw) + 1e-4


class Named(nn.Module):
    """Holds a network under a name, so that its parameters are called as in the authors' checkpoints."""

    def __init__(self, name, network):
        super().__init__()
        self.add_module(name, network)

    def forward(self, x):
        return next(self.children())(x)


def broadcast_decoder(sizes):
    """Four valid convolutions over z and two coordinates."""
    width, layers, cin = sizes.width(32), [], 34
    for _ in range(4):
        layers += [nn.Conv2d(cin, width, 3), nn.BatchNorm2d(width), nn.ELU()]
        cin = width
    return nn.Sequential(*layers, nn.Conv2d(width, 3, 1))


class Background(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        for name in ("rnn_mask_h", "rnn_mask_c", "z_mask_0", "rnn_mask_h_prior", "rnn_mask_c_prior"):
            setattr(self, name, nn.Parameter(torch.zeros(32 if name == "z_mask_0" else 64)))
        w, side = sizes.width, sizes.side
        self.image_enc = Named("enc", strided_encoder([3] + [w(64)] * 4, side))
        self.rnn_mask = nn.LSTMCell(96, 64)
        self.predict_mask = Split()
        a, b = sizes.last_factors
        mask = growing_decoder(sizes, (4, 2, a, b), (256, 128, 64, 16), (16, 16, 8, 4), 1)
        self.mask_decoder = Named("dec", mask)
        self.comp_encoder = Named("enc", strided_encoder([4, w(32), w(32), w(64), w(64)], side))
        if sizes.components > 1:
            self.comp_decoder = Named("decoder", broadcast_decoder(sizes))
        else:
            strong = growing_decoder(sizes, (4, a, 2, b), (256, 128, 64, 16), (16, 16, 8, 4), 3)
            self.comp_decoder = Named("dec", strong)
        self.rnn_mask_prior = nn.LSTMCell(32, 64)
        self.predict_mask_prior = Split()
        layers = [nn.Linear(32, 64), nn.ELU(), nn.Linear(64, 64), nn.ELU(), nn.Linear(64, 64)]
        self.predict_comp_prior = Named("mlp", nn.Sequential(*layers))

    def decode(self, z):
        """The segments' images of z [batch * K, 32]."""
        if self.sizes.components > 1:
            n = self.sizes.side + 8
            line = torch.linspace(-1, 1, n, dtype=z.dtype)
            planes = torch.stack([line.expand(n, n), line[:, None].expand(n, n)])
            z = torch.cat([z[:, :, None, None].expand(-1, -1, n, n), planes.expand(len(z), -1, -1, -1)], 1)
        else:
            z = z[:, :, None, None]
        return torch.sigmoid(self.comp_decoder(z))

    def forward(self, x, draws):
        b, k = len(x), self.sizes.components
        code = F.elu(self.image_enc(x))
        h, c, z = (v.expand(b, -1) for v in (self.rnn_mask_h, self.rnn_mask_c, self.z_mask_0))
        prior_h, prior_c = (v.expand(b, -1) for v in (self.rnn_mask_h_prior, self.rnn_mask_c_prior))
        rest = x.new_ones(b, 1, self.sizes.side, self.sizes.side)
        weights, codes, mask_kl = [], [], 0
        for segment in range(k):
            h, c = self.rnn_mask(torch.cat([z, code], 1), (h, c))
            mean, std = self.predict_mask(h)
            z = draws.normal(mean, std)
            mask_kl = mask_kl + flat(normal_kl(mean, std, *self.predict_mask_prior(prior_h)))
            prior_h, prior_c = self.rnn_mask_prior(z, (prior_h, prior_c))
            codes.append(z)
            if segment < k - 1:  # the last segment takes what is left
                mask = torch.sigmoid(self.mask_decoder(z[:, :, None, None]))
                weights.append(mask * rest)
                rest = rest * (1 - mask)
        weights = torch.stack([*weights, rest], 1)
        inputs = torch.cat([torch.log(weights + 1e-5), x[:, None].expand(-1, k, -1, -1, -1)], 2)
        mean, std = halves(self.comp_encoder(inputs.flatten(0, 1)))
        segments = self.decode(draws.normal(mean, std)).unflatten(0, (b, k))
        prior = halves(self.predict_comp_prior(torch.stack(codes, 1).flatten(0, 1)))
        component_kl = flat(normal_kl(mean, std, *prior).reshape(b, -1))
        return weights, segments, mask_kl, component_kl


class SPACE(nn.Module):
    """The loss of a batch of images in [0, 1] and everything that it is made of."""

    def __init__(self, sizes, foreground_std=0.15, background_std=0.15):
        super().__init__()
        self.deviations = foreground_std, background_std
        self.fg_module = Foreground(sizes)
        self.bg_module = Background(sizes)

    def forward(self, x, stage, draws=None):
        draws = draws or Draws()
        fg_std, bg_std = self.deviations
        weights, segments, mask_kl, component_kl = self.bg_module(x, draws)
        image, alpha, boundary, kl, objects = self.fg_module(x, stage, draws)
        mixed = alpha if stage.fixed_alpha is None else torch.full_like(alpha, stage.fixed_alpha)
        behind = torch.logsumexp(log_normal(x[:, None], segments, bg_std) + torch.log(weights + 1e-5), 1)
        front = log_normal(x, image, fg_std) + torch.log(mixed + 1e-5)
        likelihood = flat(torch.logaddexp(front, behind + torch.log(1 - mixed + 1e-5)))
        total = -likelihood + mask_kl + component_kl + sum(kl.values()) + boundary
        background = (weights * segments).sum(1)
        out = {f"kl_{name}": value for name, value in kl.items()}
        out.update(log_like=likelihood, kl_mask=mask_kl, kl_comp=component_kl, boundary=boundary, alpha=alpha, fg=image)
        out.update(bg=background, y=mixed * image + (1 - mixed) * background, masks=weights, comps=segments)
        out["mse"] = flat((out["y"] - x) ** 2)
        return total.mean(), out, objects


class Trainer:
    """The authors' two optimisers and their clipping."""

    def __init__(self, model, foreground_rate=1e-5, background_rate=1e-3):
        self.model = model
        self.optimisers = (
            torch.optim.RMSprop(model.fg_module.parameters(), lr=foreground_rate),
            torch.optim.Adam(model.bg_module.parameters(), lr=background_rate),
        )

    def step(self, x, stage):
        loss, out, objects = self.model(x, stage)
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        return loss.detach(), out, objects


# The stopwatch


def sizes_of(case):
    plain = case.endswith("-plain")
    name = case.removesuffix("-plain")
    found = re.fullmatch(r"s(\d+)-g(\d+)-k(\d+)-p(8|16|32)-w([124])", NAMED.get(name, name))
    if not found:
        sys.exit(f"no case '{case}'; there are {', '.join(NAMED)} and names such as s64-g8-k2-p16-w2, each also with -plain")
    sizes = Architecture(*map(int, found.groups()), separable=not plain)
    if sizes.side % 16 or sizes.side % sizes.grid or sizes.side // sizes.grid not in (2, 4, 8, 16, 32):
        sys.exit(f"case '{case}': the side must be a multiple of 16, and side / grid a power of two from 2 to 32")
    return sizes


def measure(case, options):
    import resource
    import statistics

    from torch.utils.flop_counter import FlopCounterMode

    torch.manual_seed(0)
    trainer = Trainer(SPACE(sizes_of(case)))
    x = torch.rand(options.batch, 3, *[sizes_of(case).side] * 2)
    stage = Stage(boundary=not case.startswith("atari"))
    with FlopCounterMode(display=False) as counter:
        trainer.step(x, stage)
    samples = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        trainer.step(x, stage)
        samples.append(time.perf_counter() - start)
    return {
        "case": case,
        "threads": options.threads,
        "seconds": statistics.median(samples),
        "peer": f"PyTorch {torch.__version__}" + (" plain" if case.endswith("-plain") else ""),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "gflops": counter.get_total_flops() / 1e9,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--case", action="append")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    options = parser.parse_args()
    if options.list:
        print("\n".join(case + tail for case in NAMED for tail in ("", "-plain")))
        return
    if min(options.threads, options.repeat, options.batch) < 1:
        parser.error("--threads, --repeat and --batch must be at least 1")
    torch.set_num_threads(options.threads)
    print(json.dumps([measure(case, options) for case in options.case or NAMED], indent=1))


if __name__ == "__main__":
    main()
