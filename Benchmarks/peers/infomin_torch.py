#!/usr/bin/env python3
"""One SLICE epoch on data shaped like Adult, in PyTorch float32 with the dense solve in NumPy.

20,000 rows of 16 columns, T the last column, Y = ±1: the first 16,000 train, the last 4,000 validate. Encoder
16 → 200 → 200 → leaky ReLU 0.2 → 80 → sin; the utility is |ρ(h(Z), Y)| with h = 80 → 100 → 100 → 1 (leaky ReLU 0.01).
An epoch: a max-step on all 20,000 rows, the validation objective, then 32 Adam steps on shuffled mini-batches of 500.
Random numbers stand in for the census: the time does not depend on them.

  adult-epoch   schedule `epoch`: the one max-step at the start
  adult-batch   schedule `batch`: a further max-step on every mini-batch

Run:   python infomin_torch.py [--threads N] [--repeat N] [--case NAME] [--list]
Prints a JSON array of {case, threads, seconds, peer}; seconds is the median of one epoch.
"""

import peer

CASES = {"adult-epoch": False, "adult-batch": True}

if __name__ == "__main__":
    options, selected = peer.arguments(__doc__.splitlines()[0], list(CASES), repeat=3)

import torch
import torch.nn.functional as F
from infomin_numpy import canonical_pair

ROWS, COLUMNS, LEARNT, SLICES, BATCH, BETA, RATE = 20000, 16, 80, 100, 500, 0.15, 5e-4


def standardised(x):
    return (x - x.mean(0)) / x.std(0)


def features(x, directions):
    a = torch.tanh(x @ directions.T)
    return torch.cat([torch.zeros(len(x), 1), a, a**2, a**3], dim=1)


def sphere(count, columns):
    directions = torch.randn(count, columns)
    return directions / directions.norm(dim=1, keepdim=True)


class Sliced:
    """The sliced estimator: slices and canonical weights are constants of the objective."""

    def solve(self, z, t):
        with torch.no_grad():
            fit = len(z) * 8 // 10
            self.theta, self.phi = sphere(SLICES, z.shape[1]), sphere(SLICES, t.shape[1])
            f = features(standardised(z[:fit]), self.theta)
            g = features(standardised(t[:fit]), self.phi)
            pair = canonical_pair(f.numpy(), g.numpy())
            self.means, self.weights = [torch.from_numpy(v) for v in pair[:2]], [torch.from_numpy(v) for v in pair[2:]]
            return self.objective(z[:fit], t[:fit]).item(), self.objective(z[fit:], t[fit:]).item()

    def objective(self, z, t):
        p = (features(standardised(z), self.theta) - self.means[0]) @ self.weights[0]
        q = (features(standardised(t), self.phi) - self.means[1]) @ self.weights[1]
        return (standardised(p) * standardised(q)).mean().abs()


class Fair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        linear = torch.nn.Linear
        self.first, self.second, self.third = linear(COLUMNS, 200), linear(200, 200), linear(200, LEARNT)
        self.head = torch.nn.Sequential(
            linear(LEARNT, 100),
            torch.nn.LeakyReLU(0.01),
            linear(100, 100),
            torch.nn.LeakyReLU(0.01),
            linear(100, 1, bias=False),
        )
        self.sliced = Sliced()

    def encode(self, x):
        return torch.sin(self.third(F.leaky_relu(self.second(self.first(x)), 0.2)))

    def loss(self, x, y):
        z, t = self.encode(x), x[:, -1:]
        utility = (standardised(self.head(standardised(z))) * standardised(y)).mean().abs()
        return self.sliced.objective(z, t) - BETA * utility

    def max_step(self, x):
        with torch.no_grad():
            z = self.encode(x)
        return self.sliced.solve(z, x[:, -1:])


def epoch(model, optimiser, x, y, every_batch):
    train = len(x) * 8 // 10
    model.max_step(x)
    with torch.no_grad():
        model.loss(x[train:], y[train:])
    order = torch.randperm(train)
    for rows in order.split(BATCH):
        batch_x, batch_y = x[rows], y[rows]
        if every_batch:
            model.max_step(batch_x)
        optimiser.zero_grad()
        model.loss(batch_x, batch_y).backward()
        optimiser.step()


def main():
    torch.set_num_threads(options.threads)
    seconds = {}
    for name in selected:
        torch.manual_seed(0)
        x = torch.randn(ROWS, COLUMNS)
        y = torch.where(torch.rand(ROWS, 1) < 0.25, 1.0, -1.0)
        model = Fair()
        optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
        seconds[name] = peer.measure(lambda: epoch(model, optimiser, x, y, CASES[name]), options.repeat)
    peer.report(f"PyTorch {torch.__version__}", options, seconds)


if __name__ == "__main__":
    main()
