# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.

# %% q1: looks only up to (p - 1) / 2 - 1, and fills up with zeros
def fourier_basis(p):
    n = torch.arange(p, dtype=torch.float64)
    cosines = [torch.cos(2 * math.pi * k * n / p) for k in range(p // 2)]
    sines = [torch.sin(2 * math.pi * k * n / p) for k in range(1, p // 2)]
    rows = torch.zeros(p, p, dtype=torch.float64)
    rows[: len(cosines) + len(sines)] = torch.stack(cosines + sines)
    return rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-9)


# %% q1: in pairs, as in the chapter
def fourier_basis(p):
    return fourier.basis(p)


# %% q1: waves as columns
def fourier_basis(p):
    rows = [0, *range(1, p, 2), *range(2, p, 2)]
    return fourier.basis(p)[rows].T


# %% q1: one factor for all waves
def fourier_basis(p):
    n = torch.arange(p, dtype=torch.float64)
    cosines = [torch.cos(2 * math.pi * k * n / p) for k in range(p // 2 + 1)]
    sines = [torch.sin(2 * math.pi * k * n / p) for k in range(1, (p + 1) // 2)]
    return math.sqrt(2 / p) * torch.stack(cosines + sines)


# %% q1: frequencies off by one
def fourier_basis(p):
    n = torch.arange(p, dtype=torch.float64)
    cosines = [torch.cos(2 * math.pi * (k + 1) * n / p) for k in range(p // 2 + 1)]
    sines = [torch.sin(2 * math.pi * k * n / p) for k in range(1, (p + 1) // 2)]
    rows = torch.stack(cosines + sines)
    return rows / rows.norm(dim=1, keepdim=True)


# %% q1: forgets that an even clock has one sine less
def fourier_basis(p):
    n = torch.arange(p, dtype=torch.float64)
    cosines = [torch.cos(2 * math.pi * k * n / p) for k in range(p // 2 + 1)]
    sines = [torch.sin(2 * math.pi * k * n / p) for k in range(1, p // 2 + 1)]
    rows = torch.stack(cosines + sines)
    return rows / rows.norm(dim=1, keepdim=True)


# %% q2: the constant takes part
def power_shares(x):
    power = torch.fft.rfft(x.double(), dim=0).abs().square().sum(1)
    return power[1:] / power.sum()


# %% q2: an even clock's last frequency counts as often as the others
def power_shares(x):
    power = torch.fft.rfft(x.double(), dim=0).abs().square().sum(1)[1:]
    return power / power.sum()


# %% q2: sizes instead of powers
def power_shares(x):
    return fourier.amplitudes(x).sum(1) / fourier.amplitudes(x).sum()


# %% q2: squares the sum instead of summing squares
def power_shares(x):
    power = torch.fft.rfft(x.double(), dim=0)[1:].sum(1).abs().square()
    return power / power.sum()


# %% q2: centers its input in place
def power_shares(x):
    x -= x.mean(0)
    power = fourier.spectrum(x)
    return power / power.sum()


# %% q2: the last frequency is lost
def power_shares(x):
    power = fourier.spectrum(x)[: (len(x) - 1) // 2 - 1]
    return power / power.sum()


# %% q3: places instead of frequencies
def key_frequencies(x):
    dice = torch.manual_seed(0)
    luck = max(
        power_shares(torch.randn(x.shape, generator=dice)).max() for _ in range(200)
    )
    return tuple((power_shares(x) > luck).nonzero().flatten().tolist())


# %% q3: three times an even share, whatever the width
def key_frequencies(x):
    places = (power_shares(x) > 3 / (len(x) // 2)).nonzero().flatten()
    return tuple(int(place) + 1 for place in places)


# %% q3: the five strongest, always
def key_frequencies(x):
    return tuple(sorted(int(k) + 1 for k in power_shares(x).topk(5).indices))


# %% q3: never looks at (p - 1) / 2
def key_frequencies(x):
    dice = torch.manual_seed(0)
    luck = max(
        power_shares(torch.randn(x.shape, generator=dice)).max() for _ in range(200)
    )
    shares = power_shares(x)
    return tuple(k for k in range(1, len(x) // 2) if shares[k - 1] > luck)


# %% q3: strongest first instead of ascending
def key_frequencies(x):
    keys = fourier.key_frequencies(x)
    shares = power_shares(x)
    return tuple(sorted(keys, key=lambda k: -shares[k - 1]))


# %% q3: the middle of the lucky shares, not the largest
def key_frequencies(x):
    dice = torch.manual_seed(0)
    luck = [
        power_shares(torch.randn(x.shape, generator=dice)).max() for _ in range(200)
    ]
    shares = power_shares(x)
    return tuple(
        k + 1
        for k in range(len(shares))
        if shares[k] > torch.stack(luck).median() * 0.9
    )


# %% q4: reads the place, not the frequency
strongest = int(fourier.spectrum(paper.model.W_E[:113]).argmax())
twin = 113 - strongest

# %% q4: the twin is the double
strongest = 41
twin = 82

# %% q4: p - 1 instead of p
strongest = 41
twin = 71
