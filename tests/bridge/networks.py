# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks for the tests of the bridge: a published one, and ones that cannot be exported."""
import time

import torch
from torch import nn
from torch.nn import functional


class DistillationBlock(nn.Module):
    """A block of IMDN: three convolutions keep 16 channels each and hand on 48; channels are weighed by contrast."""

    def __init__(self, features=64, kept=16):
        super().__init__()
        self.kept = kept
        rest = features - kept
        self.c1 = nn.Conv2d(features, features, 3, padding=1)
        self.c2 = nn.Conv2d(rest, features, 3, padding=1)
        self.c3 = nn.Conv2d(rest, features, 3, padding=1)
        self.c4 = nn.Conv2d(rest, kept, 3, padding=1)
        self.cca = nn.Module()
        self.cca.conv_du = nn.Sequential(nn.Conv2d(features, features // 16, 1), nn.ReLU(inplace=True),
                                         nn.Conv2d(features // 16, features, 1), nn.Sigmoid())
        self.c5 = nn.Conv2d(features, features, 1)

    def forward(self, x):
        parts, rest = [], x
        for layer in (self.c1, self.c2, self.c3):
            features = functional.leaky_relu(layer(rest), 0.05, inplace=True)
            parts.append(features[:, :self.kept])
            rest = features[:, self.kept:]
        y = torch.cat([*parts, self.c4(rest)], 1)
        mean = y.mean((2, 3), keepdim=True)
        contrast = (y - mean).pow(2).mean((2, 3), keepdim=True).sqrt() + mean
        return self.c5(y * self.cca.conv_du(contrast)) + x


class Imdn(nn.Module):
    """IMDN (Hui et al., ACM MM 2019), with the names of the published checkpoints."""

    def __init__(self, scale=4, features=64, blocks=6):
        super().__init__()
        self.blocks = blocks
        self.fea_conv = nn.Conv2d(3, features, 3, padding=1)
        for i in range(blocks):
            setattr(self, f"IMDB{i + 1}", DistillationBlock(features))
        self.c = nn.Sequential(nn.Conv2d(blocks * features, features, 1), nn.LeakyReLU(0.05, inplace=True))
        self.LR_conv = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = nn.Sequential(nn.Conv2d(features, 3 * scale * scale, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, x):
        first = self.fea_conv(x)
        outputs = [first]
        for i in range(self.blocks):
            outputs.append(getattr(self, f"IMDB{i + 1}")(outputs[-1]))
        return self.upsampler(self.LR_conv(self.c(torch.cat(outputs[1:], 1))) + first)


def imdn(file=None, scale=4):
    """IMDN with the weights of a checkpoint, or random ones."""
    torch.manual_seed(0)
    net = Imdn(scale)
    if file is not None:
        weights = torch.load(file, map_location="cpu", weights_only=True)
        net.load_state_dict({name.replace("module.", "", 1): value for name, value in weights.items()})
    return net


class Plain(nn.Module):
    """Two convolutions and a pixel shuffle beside bilinear enlargement; other networks derive from it."""

    def __init__(self, scale=2, features=8):
        super().__init__()
        torch.manual_seed(1)
        self.scale = scale
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.tail = nn.Conv2d(features, 3 * scale * scale, 3, padding=1)

    def features(self, x):
        return functional.silu(self.head(x))

    def forward(self, x):
        return functional.pixel_shuffle(self.tail(self.features(x)), self.scale) \
            + functional.interpolate(x, scale_factor=self.scale, mode="bilinear", align_corners=False)


class SelectiveScan(Plain):
    """A state-space layer whose step, input and output matrices depend on the input, as a loop over the pixels in
    rows and columns: what research code has as a CUDA kernel."""

    def __init__(self, scale=2, features=8, states=4):
        super().__init__(scale, features)
        self.decay = nn.Parameter(torch.log(torch.arange(1, states + 1, dtype=torch.float32)).repeat(features, 1))
        self.project = nn.Linear(features, 2 * states + features)
        self.skip = nn.Parameter(torch.ones(features))

    def scan(self, sequence):
        """[n, length, features] -> the same"""
        features, states = self.decay.shape
        step, into, out = self.project(sequence).split([features, states, states], 2)
        step = functional.softplus(step - 2)
        keep = torch.exp(-step[..., None] * torch.exp(self.decay))
        given = step[..., None] * into[:, :, None] * sequence[..., None]
        state = torch.zeros_like(given[:, 0])
        outputs = []
        for i in range(sequence.shape[1]):
            state = keep[:, i] * state + given[:, i]
            outputs.append((state * out[:, i, None]).sum(2))
        return torch.stack(outputs, 1) + self.skip * sequence

    def features(self, x):
        y = super().features(x)
        n, c, h, w = y.shape
        rows = self.scan(y.permute(0, 2, 3, 1).reshape(n * h, w, c)).view(n, h, w, c).permute(0, 3, 1, 2)
        upwards = y.flip(2).permute(0, 3, 2, 1).reshape(n * w, h, c)
        columns = self.scan(upwards).view(n, w, h, c).permute(0, 3, 2, 1).flip(2)
        return y + rows + columns


class MixtureOfExperts(Plain):
    """Each pixel goes to the two experts that a router prefers: Python decides by values."""

    def __init__(self, scale=2, features=8, experts=4):
        super().__init__(scale, features)
        self.router = nn.Linear(features, experts)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(features, 2 * features), nn.GELU(),
                                                   nn.Linear(2 * features, features)) for _ in range(experts))

    def features(self, x):
        y = super().features(x)
        n, c, h, w = y.shape
        tokens = y.permute(0, 2, 3, 1).reshape(-1, c)
        weights, chosen = self.router(tokens).softmax(1).topk(2, 1)
        mixed = torch.zeros_like(tokens)
        for index, expert in enumerate(self.experts):
            rows, places = (chosen == index).nonzero(as_tuple=True)
            if len(rows):
                mixed.index_add_(0, rows, expert(tokens[rows]) * weights[rows, places, None])
        return y + mixed.view(n, h, w, c).permute(0, 3, 1, 2)


class InPlace(Plain):
    """Writes into its input, into activations and into slices."""

    def features(self, x):
        y = self.head(x.sub_(0.45))
        out = torch.zeros(y.shape[0], y.shape[1], y.shape[2] + 2, y.shape[3] + 2)
        out[:, :, 1:-1, 1:-1] = y
        out += 0.1
        out[:, ::2].relu_()
        return out[:, :, 1:-1, 1:-1]


class Overwriting(Plain):
    """Overwrites what the gradient still needs: an error of the network, which must not become a wrong map."""

    def features(self, x):
        y = self.head(x)
        gate = torch.sigmoid(y)
        z = y * gate
        y[:, :2] = 0
        return z + y


class RoundedGradient(torch.autograd.Function):
    """Rounds to 1/64; the gradient passes three times as large."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.round(x * 64) / 64

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return 3 * gradient * (x > -10)


class CustomFunction(Plain):
    def features(self, x):
        return RoundedGradient.apply(super().features(x))


class Dictionary(Plain):
    """Returns what research code returns: the image among other things."""

    def forward(self, x):
        y = super().forward(x)
        return {"sr": y, "features": [self.head(x)], "loss": y.mean(), "name": "dictionary"}


class OneImage(Plain):
    """Takes one image at a time."""

    def forward(self, x):
        return super().forward(x.view(1, 3, x.shape[2], x.shape[3]))


class Raising(Plain):
    """Works on dark images and raises on light ones."""

    def forward(self, x):
        if x.mean() > 0.5:
            raise ValueError("too light for this network")
        return super().forward(x)


class Detached(Plain):
    def forward(self, x):
        return super().forward(x).detach()


class Smaller(Plain):
    def forward(self, x):
        return super().forward(x)[:, :, 1:]


class Greedy(Plain):
    """Asks for more memory than any machine has, from the batch of `most` images on."""

    most = 2

    def forward(self, x):
        if len(x) > self.most:
            torch.empty(1 << 50)
        return super().forward(x)


class Slow(Plain):
    def forward(self, x):
        time.sleep(0.5)
        return super().forward(x)


class Modes(Plain):
    """Has what differs between training and evaluation."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(8)
        self.drop = nn.Dropout(0.5)
        self.norm.running_mean.uniform_(-0.2, 0.2)

    def features(self, x):
        return self.drop(self.norm(super().features(x)))


UNUSUAL = {"selective-scan": SelectiveScan, "experts": MixtureOfExperts, "in-place": InPlace,
           "custom-function": CustomFunction, "dictionary": Dictionary, "one-image": OneImage, "plain": Plain}
FAILING = {"raising": Raising, "detached": Detached, "smaller": Smaller, "greedy": Greedy, "overwriting": Overwriting,
           "slow": Slow}
