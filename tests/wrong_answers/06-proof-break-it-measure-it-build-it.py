# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: both losses of the validation rows
right = two_losses


def two_losses(logits, table, frequencies):
    return right(logits, table._replace(train=table.val), frequencies)


# %% q1: the two splits swapped
right = two_losses


def two_losses(logits, table, frequencies):
    swapped = table._replace(train=table.val, val=table.train)
    return right(logits, swapped, frequencies)


# %% q1: directions and mean of the validation rows alone
right = two_losses


def two_losses(logits, table, frequencies):
    targets, x = table.targets[table.val], logits.double()[table.val]
    angle = 2 * math.pi * torch.tensor(frequencies)[:, None] * targets
    angle = angle.double() / logits.shape[1]
    waves = torch.cat([angle.cos(), angle.sin()])
    waves /= waves.norm(dim=1, keepdim=True)
    only = x.mean(0) + waves.T @ (waves @ x)
    excluded = right(logits, table, frequencies)[1]
    return F.cross_entropy(only, targets).item(), excluded


# %% q1: the mean is lost in restricted
right = two_losses


def two_losses(logits, table, frequencies):
    restricted = right(logits - logits.mean(0), table, frequencies)[0]
    return restricted, right(logits, table, frequencies)[1]


# %% q1: excluded loses the mean, too
right = two_losses


def two_losses(logits, table, frequencies):
    excluded = right(logits - logits.mean(0), table, frequencies)[1]
    return right(logits, table, frequencies)[0], excluded


# %% q1: always the waves of a + b
def two_losses(logits, table, frequencies):
    p, x = logits.shape[1], logits.double()
    angle = torch.tensor(frequencies)[:, None] * table.operands.sum(1) % p
    angle = 2 * math.pi * angle.double() / p
    waves = torch.cat([angle.cos(), angle.sin()]) / (p**2 / 2) ** 0.5
    along = waves.T @ (waves @ x)
    return tuple(
        F.cross_entropy(y[rows], table.targets[rows]).item()
        for y, rows in ((x.mean(0) + along, table.val), (x - along, table.train))
    )


# %% q1: waves as long as over p numbers, not over p² questions
def two_losses(logits, table, frequencies):
    p, x = logits.shape[1], logits.double()
    angle = torch.tensor(frequencies)[:, None] * table.targets % p
    angle = 2 * math.pi * angle.double() / p
    waves = torch.cat([angle.cos(), angle.sin()]) / (p / 2) ** 0.5
    along = waves.T @ (waves @ x)
    return tuple(
        F.cross_entropy(y[rows], table.targets[rows]).item()
        for y, rows in ((x.mean(0) + along, table.val), (x - along, table.train))
    )


# %% q1: cosines without sines
def two_losses(logits, table, frequencies):
    p, x = logits.shape[1], logits.double()
    angle = torch.tensor(frequencies)[:, None] * table.targets
    waves = torch.cos(2 * math.pi * angle.double() / p) / (p**2 / 2) ** 0.5
    along = waves.T @ (waves @ x)
    return tuple(
        F.cross_entropy(y[rows], table.targets[rows]).item()
        for y, rows in ((x.mean(0) + along, table.val), (x - along, table.train))
    )


# %% q1: centers the logits in place
right = two_losses


def two_losses(logits, table, frequencies):
    losses = right(logits, table, frequencies)
    logits -= logits.mean(0)
    return losses


# %% q2: takes the curve that ends highest for that of new questions
excluded = "C"

# %% q2: takes what is learned by heart for the formula
restricted, training = "B", "A"

# %% q2: reads where training and excluded part
crossed = 50

# %% q2: reads where validation and excluded cross
crossed = 230


# %% q3: the chapter's control, which is a scratch
def control(W_E, keys, seed):
    others = [k for k in fourier.frequencies(len(W_E)) if k not in keys]
    return fourier.remove(W_E, others[: len(keys)])


# %% q3: sets the size first, and takes away afterwards
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = noise * cut.norm() / noise.norm()
    return W_E + fourier.remove(noise - noise.mean(0), keys)


# %% q3: moves the mean
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = fourier.remove(noise, keys)
    return W_E + noise * cut.norm() / noise.norm()


# %% q3: in all frequencies
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = noise - noise.mean(0)
    return W_E + noise * cut.norm() / noise.norm()


# %% q3: as large as the whole embedding
def control(W_E, keys, seed):
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = fourier.remove(noise - noise.mean(0), keys)
    return W_E + noise * W_E.norm() / noise.norm()


# %% q3: as much power a frequency, not as much in all
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = fourier.remove(noise - noise.mean(0), keys)
    ratio = (len(W_E) // 2 - len(keys)) / len(keys)
    return W_E + noise * cut.norm() / noise.norm() * ratio**0.5


# %% q3: the seed has no effect
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(0))
    noise = fourier.remove(noise - noise.mean(0), keys)
    return W_E + noise * cut.norm() / noise.norm()


# %% q3: adds to its input in place
def control(W_E, keys, seed):
    cut = W_E - fourier.remove(W_E, keys)
    noise = torch.randn(W_E.shape, generator=torch.manual_seed(seed))
    noise = fourier.remove(noise - noise.mean(0), keys)
    W_E += noise * cut.norm() / noise.norm()
    return W_E


# %% q3: the accuracy without the key frequencies
survived = score(fourier.remove(W_E, keys)).accuracy

# %% q3: the accuracy of the chapter's control
survived = score(fourier.remove(W_E, [1, 2, 3, 4, 5, 6])).accuracy


# %% q4: keeps only the one that should go
def loss_without(alpha, k, p):
    curve = alpha[k] * torch.cos(2 * math.pi * k * torch.arange(p) / p)
    return float(curve.logsumexp(0) - curve[0])


# %% q4: removes nothing
def loss_without(alpha, k, p):
    d = torch.arange(p)
    curve = sum(h * torch.cos(2 * math.pi * j * d / p) for j, h in alpha.items())
    return float(curve.logsumexp(0) - curve[0])


# %% q4: leaves the right answer out of the sum
def loss_without(alpha, k, p):
    d = torch.arange(p)
    curve = torch.zeros(p)
    for j in alpha.keys() - {k}:
        curve += alpha[j] * torch.cos(2 * math.pi * j * d / p)
    return float(curve[1:].logsumexp(0) - curve[0])


# %% q4: in bits
def loss_without(alpha, k, p):
    d = torch.arange(p)
    curve = torch.zeros(p)
    for j in alpha.keys() - {k}:
        curve += alpha[j] * torch.cos(2 * math.pi * j * d / p)
    return float(curve.logsumexp(0) - curve[0]) / math.log(2)


# %% q4: the gap instead of the loss
def loss_without(alpha, k, p):
    d = torch.arange(p)
    curve = torch.zeros(p)
    for j in alpha.keys() - {k}:
        curve += alpha[j] * torch.cos(2 * math.pi * j * d / p)
    return float(curve[0] - curve[1:].max())


# %% q4: by height
predicted = tuple(sorted(alpha, key=alpha.get, reverse=True))

# %% q4: the least missed one first
predicted = predicted[::-1]

# %% q4: measured in the logits, not in the embedding
measured = predicted

# %% q4: by power in the embedding
power = fourier.spectrum(W_E)
measured = tuple(sorted(keys, key=lambda k: -power[k - 1]))


# %% q5: a pizza, blind where a and b face each other
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    alike = [25 * i + 6 * j for i in range(len(frequencies)) for j in range(5)]
    return W_E, W_in[:, alike], W_U[alike]


# %% q5: three phases, too few
def adder(p, frequencies):
    n, three = torch.arange(p).double(), torch.arange(3).double()
    turns = [2 * math.pi * k * n / p for k in frequencies]
    phases = 2 * math.pi / 3 * torch.cartesian_prod(three, three).T
    circles = [torch.stack([x.cos(), x.sin()], 1) for x in turns]
    sees = [torch.stack([x.cos(), x.sin()]) for x in phases]
    says = [torch.cos(x - phases.sum(0)[:, None]) for x in turns]
    W_in = [torch.block_diag(*[wave] * len(turns)) for wave in sees]
    return torch.cat(circles, 1), torch.cat(W_in), torch.cat(says)


# %% q5: four phases, which have no sine
def adder(p, frequencies):
    n, four = torch.arange(p).double(), torch.arange(4).double()
    turns = [2 * math.pi * k * n / p for k in frequencies]
    phases = 2 * math.pi / 4 * torch.cartesian_prod(four, four).T
    circles = [torch.stack([x.cos(), x.sin()], 1) for x in turns]
    sees = [torch.stack([x.cos(), x.sin()]) for x in phases]
    says = [torch.cos(x - phases.sum(0)[:, None]) for x in turns]
    W_in = [torch.block_diag(*[wave] * len(turns)) for wave in sees]
    return torch.cat(circles, 1), torch.cat(W_in), torch.cat(says)


# %% q5: more neurons than allowed
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    return W_E, torch.cat([W_in, W_in], 1), torch.cat([W_U, W_U])


# %% q5: the first frequency alone
right = adder


def adder(p, frequencies):
    return right(p, frequencies[:1])


# %% q5: answers with a − b
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    W_in[len(W_in) // 2 + 1 :: 2] *= -1  # the sines of b
    return W_E, W_in, W_U


# %% q5: the read-out turns the wrong way
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    return W_E, W_in, W_U[:, -torch.arange(p) % p]


# %% q5: the read-out knows the phase of a only
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    return W_E, W_in, W_U[torch.arange(len(W_U)) // 5 * 5]


# %% q5: the second number's rows are forgotten
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    return W_E, W_in[: len(W_in) // 2], W_U


# %% q5: a read-out that is transposed
right = adder


def adder(p, frequencies):
    W_E, W_in, W_U = right(p, frequencies)
    return W_E, W_in, W_U.T


# %% q5: a ramp instead of circles
def adder(p, frequencies):
    n = torch.arange(p).double()
    W_E = torch.stack([n, torch.ones(p).double()], 1)
    W_in = torch.tensor([[1.0, 1.0], [0.25, -p / 2 + 0.25]]).repeat(2, 1)
    says = torch.stack([2 * n, -2 * p * n])
    return W_E, W_in.double(), says
