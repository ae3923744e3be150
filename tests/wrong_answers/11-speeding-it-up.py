# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.

# %% q1: begins a step late
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for step in range(window, len(gradients)):
        result[step] += lamb * gradients[step - window + 1 : step + 1].mean(0)
    return result


# %% q1: averages over those that there are, from the first step
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for step in range(len(gradients)):
        first = max(0, step - window + 1)
        result[step] += lamb * gradients[first : step + 1].mean(0)
    return result


# %% q1: leaves this gradient out of the mean
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for step in range(window, len(gradients)):
        result[step] += lamb * gradients[step - window : step].mean(0)
    return result


# %% q1: the sum, not the mean
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for last in range(window, len(gradients) + 1):
        result[last - 1] += lamb * gradients[last - window : last].sum(0)
    return result


# %% q1: averages what it has amplified
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for last in range(window, len(gradients) + 1):
        result[last - 1] += lamb * result[last - window : last].mean(0)
    return result


# %% q1: changes the gradients in place
def grokfast_ma(gradients, window, lamb):
    before = gradients.clone()
    for last in range(window, len(gradients) + 1):
        gradients[last - 1] += lamb * before[last - window : last].mean(0)
    return gradients


# %% q1: the mean over all entries of the network
def grokfast_ma(gradients, window, lamb):
    result = gradients.clone()
    for last in range(window, len(gradients) + 1):
        result[last - 1] += lamb * gradients[last - window : last].mean()
    return result


# %% q1: returns what is added
def grokfast_ma(gradients, window, lamb):
    result = torch.zeros_like(gradients)
    for last in range(window, len(gradients) + 1):
        result[last - 1] = lamb * gradients[last - window : last].mean(0)
    return result


# %% q2: one too many: the gradient itself is not in the figure
unknown_lamb = 3.0
unknown_window = 40

# %% q2: the second wave that is not heard
unknown_lamb = 4.0
unknown_window = 20

# %% q2: where half of the power is left
unknown_lamb = 4.0
unknown_window = 90

# %% q2: a frequency, not a number of steps
unknown_lamb = 4.0
unknown_window = 0.025


# %% q3: takes the size before it adds
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    H = (1 - alpha) / (1 - alpha / z)
    return 1 + lamb * H.abs() ** 2


# %% q3: one EMA
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    return (1 + lamb * (1 - alpha) / (1 - alpha / z)).abs()


# %% q3: two Grokfast filters, one after the other
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    return (1 + lamb * (1 - alpha) / (1 - alpha / z)).abs() ** 2


# %% q3: angles instead of cycles
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(1j * f)
    H = (1 - alpha) / (1 - alpha / z)
    return (1 + lamb * H**2).abs()


# %% q3: alpha and 1 - alpha change places
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    H = alpha / (1 - (1 - alpha) / z)
    return (1 + lamb * H**2).abs()


# %% q3: the second mean is of yesterday's first
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    H = (1 - alpha) / (1 - alpha / z)
    return (1 + lamb * H**2 / z).abs()


# %% q3: power, not size
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    H = (1 - alpha) / (1 - alpha / z)
    return (1 + lamb * H**2).abs() ** 2


# %% q3: without the gradient itself
def mean_of_mean(f, alpha, lamb):
    z = torch.exp(2j * math.pi * f)
    H = (1 - alpha) / (1 - alpha / z)
    return (lamb * H**2).abs()


# %% q4: two names change places
filter_alone = fast.replace(filter=None)
decay_alone = fast.replace(weight_decay=0.0)

# %% q4: another budget for one of them
decay_alone = fast.replace(filter=None, epochs=5_000)

# %% q4: the decay of the catalogue's Grokfast
decay_alone = slow.replace(weight_decay=0.005)

# %% q4: a gain of λ, not of 1 + λ
gain = fast.replace(filter=gc.Gain(lamb=3.0))

# %% q4: a gain without decay
gain = slow.replace(filter=gc.Gain(lamb=4.0))

# %% q4: the twin forgets Adam's ε
twin = slow.replace(weight_decay=0.02 / 5)

# %% q4: the twin has a higher learning rate
twin = slow.replace(weight_decay=0.02, lr=5e-3)

# %% q4: the twin divides by λ
twin = slow.replace(weight_decay=0.02 / 4, eps=1e-8 / 4)

# %% q4: the twin decays beside Adam
twin = slow.replace(optimizer=gc.AdamW(lr=1e-3, weight_decay=0.02 / 5, eps=1e-8 / 5))

# %% q4: the twin has a gain of its own
twin = gain.replace(weight_decay=0.02)

# %% q5: the record as it is
entry = start

# %% q5: all examples at each step
entry = start.replace(
    model=gc.EmbeddingMLPConfig(width=128, mlp_width=128), batch_size=None
)

# %% q5: more of the table
entry = start.replace(
    model=gc.EmbeddingMLPConfig(width=64, mlp_width=128), train_fraction=0.8
)

# %% q5: a learning rate of the papers
entry = start.replace(
    model=gc.EmbeddingMLPConfig(width=64, mlp_width=128), batch_size=580, lr=1e-3
)

# %% q5: no weight decay
entry = start.replace(
    model=gc.EmbeddingMLPConfig(width=64, mlp_width=128),
    batch_size=580,
    weight_decay=0.0,
)

# %% q5: the chapters' network
entry = gc.CATALOGUE["live-p59"]
