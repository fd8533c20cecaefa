#!/usr/bin/env python3
"""One training step of the sliced estimator's networks for disentanglement, in PyTorch float32.

256 images of 32 × 32 pixels and 3 channels, 3 classes, representations of 256 numbers: content encoder, label encoder with a
linear head, decoder; the loss is the mean squared error plus the label's cross-entropy; forward, backward, Adam (0.5, 0.999).
The layers are those of the authors' networks. Images and weights are channels-last, the better of PyTorch's two layouts
here; `-planar` cases time the other. Random numbers stand in for the images: the time does not depend on them.

  image-step             full width: 64, 128, 256 channels, and 512 in the decoder
  image-step-quarter     all hidden widths divided by 4
  image-step-planar, image-step-quarter-planar

Run:   python infomin_images_torch.py [--threads N] [--repeat N] [--case NAME] [--list]
Prints a JSON array of {case, threads, seconds, peer}; seconds is the median of a step. The peak of resident memory goes to the
standard error.
"""

import resource
import sys

import peer

CASES = {
    "image-step": (1, True),
    "image-step-quarter": (4, True),
    "image-step-planar": (1, False),
    "image-step-quarter-planar": (4, False),
}

if __name__ == "__main__":
    options, selected = peer.arguments(__doc__.splitlines()[0], list(CASES), repeat=3)

import torch
import torch.nn.functional as F
from torch import nn

BATCH, SIDE, CHANNELS, CLASSES, OUTPUTS = 256, 32, 3, 3, 256


def block(inputs, outputs, pool=False):
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.Mish(inplace=True)]
    return nn.Sequential(*layers, *([nn.MaxPool2d(2)] if pool else []))


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def encoder(divisor):
    a, b, c = 64 // divisor, 128 // divisor, 256 // divisor
    return nn.Sequential(
        block(CHANNELS, a, True), block(a, b, True), block(b, b, True), Residual(block(b, b), block(b, b)),
        block(b, c, True), block(c, c, True), Residual(block(c, c), block(c, c)), nn.Flatten(), nn.Linear(c, OUTPUTS))


def decoder(divisor):
    code, a, b = OUTPUTS + CLASSES, 512 // divisor, 128 // divisor
    layers = [nn.ConvTranspose2d(code, code, 1), nn.LeakyReLU(0.2, inplace=True), nn.BatchNorm2d(code),
              nn.ConvTranspose2d(code, code, 1)]
    for inputs, outputs, stride, padding in [(code, a, 1, 0), (a, a, 2, 1), (a, b, 2, 1)]:
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, stride, padding), nn.BatchNorm2d(outputs),
                   nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(b, CHANNELS, 4, 2, 1), nn.Sigmoid())


class Step:
    def __init__(self, divisor, channels_last):
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = nn.ModuleDict({
            "content": encoder(divisor), "label": encoder(divisor), "head": nn.Linear(OUTPUTS, CLASSES),
            "decoder": decoder(divisor)}).to(memory_format=self.layout)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=5e-4, betas=(0.5, 0.999))
        self.x = torch.rand(BATCH, CHANNELS, SIDE, SIDE).to(memory_format=self.layout)
        self.labels = torch.arange(BATCH) % CLASSES
        self.target = F.one_hot(self.labels, CLASSES).float()

    def __call__(self):
        self.optimiser.zero_grad()
        # The label's branch first and to its end, so that one encoder's activations are held at a time.
        F.cross_entropy(self.model["head"](self.model["label"](self.x)), self.labels).backward()
        code = torch.cat([self.model["content"](self.x), self.target], 1)[:, :, None, None]
        F.mse_loss(self.model["decoder"](code.to(memory_format=self.layout)), self.x).backward()
        self.optimiser.step()


def main():
    torch.set_num_threads(options.threads)
    seconds = {}
    for name in selected:
        torch.manual_seed(0)
        seconds[name] = peer.measure(Step(*CASES[name]), options.repeat)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name}: {peak} MB resident at most", file=sys.stderr)
    peer.report(f"PyTorch {torch.__version__}", options, seconds)


if __name__ == "__main__":
    main()
