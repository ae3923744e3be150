# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: forgets the second wave of each product
def cancels(n, x, y):
    return all(turns % n for turns in (x - y, 2 * x, 2 * y, x + y))


# %% q1: takes any even spread of phases
def cancels(n, x, y):
    return x % n != 0 and y % n != 0 and x % n != y % n


# %% q1: forgets the other half of the wanted wave
def cancels(n, x, y):
    left = (x - y, x + y, 2 * x, 2 * y, 3 * x + y, x + 3 * y)
    return all(turns % n for turns in left)


# %% q1: counts the phases of a free choice
fewest = 9

# %% q1: as many as there are terms
fewest = 4


# %% q2: the parts are stacked in the order of the LSTM
def gru(x, W_x, W_h, b_x, b_h):
    h = x.new_zeros(len(x), W_h.shape[1])
    states = []
    for token in x.unbind(1):
        z_x, r_x, m_x = (token @ W_x.T + b_x).chunk(3, dim=1)
        z_h, r_h, m_h = (h @ W_h.T + b_h).chunk(3, dim=1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        h = (1 - z) * (m_x + r * m_h).tanh() + z * h
        states.append(h)
    return torch.stack(states, dim=1)


# %% q2: adds the stacks before r acts
def gru(x, W_x, W_h, b_x, b_h):
    h = x.new_zeros(len(x), W_h.shape[1])
    states = []
    for token in x.unbind(1):
        stack = token @ W_x.T + b_x + h @ W_h.T + b_h
        r, z, m = stack.chunk(3, dim=1)
        h = (1 - z.sigmoid()) * (r.sigmoid() * m).tanh() + z.sigmoid() * h
        states.append(h)
    return torch.stack(states, dim=1)


# %% q2: z keeps what is new
def gru(x, W_x, W_h, b_x, b_h):
    h = x.new_zeros(len(x), W_h.shape[1])
    states = []
    for token in x.unbind(1):
        r_x, z_x, m_x = (token @ W_x.T + b_x).chunk(3, dim=1)
        r_h, z_h, m_h = (h @ W_h.T + b_h).chunk(3, dim=1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        h = z * (m_x + r * m_h).tanh() + (1 - z) * h
        states.append(h)
    return torch.stack(states, dim=1)


# %% q2: r acts on the state, and spares the bias
def gru(x, W_x, W_h, b_x, b_h):
    h = x.new_zeros(len(x), W_h.shape[1])
    W_r, W_z, W_m = W_h.chunk(3)
    b_r, b_z, b_m = b_h.chunk(3)
    states = []
    for token in x.unbind(1):
        r_x, z_x, m_x = (token @ W_x.T + b_x).chunk(3, dim=1)
        r, z = (r_x + h @ W_r.T + b_r).sigmoid(), (z_x + h @ W_z.T + b_z).sigmoid()
        h = (1 - z) * (m_x + (r * h) @ W_m.T + b_m).tanh() + z * h
        states.append(h)
    return torch.stack(states, dim=1)


# %% q2: returns the last state alone
def gru(x, W_x, W_h, b_x, b_h):
    h = x.new_zeros(len(x), W_h.shape[1])
    for token in x.unbind(1):
        r_x, z_x, m_x = (token @ W_x.T + b_x).chunk(3, dim=1)
        r_h, z_h, m_h = (h @ W_h.T + b_h).chunk(3, dim=1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        h = (1 - z) * (m_x + r * m_h).tanh() + z * h
    return h


# %% q3: the share instead of the error
def least_error(p, count):
    return 1 - 2 * count / (p - 1)


# %% q3: the sum over the classes
def least_error(p, count):
    return ((p - 1) / 2 - count) * 2 / p


# %% q3: forgets that a wave's mean square is a half
def least_error(p, count):
    return ((p - 1) / 2 - count) * (2 / p) ** 2


# %% q3: has no constant
def least_error(p, count):
    return ((p - 1) / 2 - count) * 2 / p**2 + 1 / p**2


# %% q4: leaves the rows' means in
def shares(logits):
    p = len(logits)
    n = torch.arange(p)
    d = (n[:, None, None] + n[:, None] - n) % p
    found = []
    for k in range(1, (p - 1) // 2 + 1):
        v = torch.cos(2 * math.pi * k * d / p).to(logits)
        found.append((logits * v).sum() ** 2 / (v * v).sum() / (logits**2).sum())
    return torch.stack(found)


# %% q4: a − b
def shares(logits):
    p = len(logits)
    t = logits - logits.mean(2, keepdim=True)
    n = torch.arange(p)
    d = (n[:, None, None] - n[:, None] - n) % p
    found = []
    for k in range(1, (p - 1) // 2 + 1):
        v = torch.cos(2 * math.pi * k * d / p).to(t)
        found.append((t * v).sum() ** 2 / (v * v).sum() / (t * t).sum())
    return torch.stack(found)


# %% q4: the correlation, not its square
def shares(logits):
    p = len(logits)
    t = logits - logits.mean(2, keepdim=True)
    n = torch.arange(p)
    d = (n[:, None, None] + n[:, None] - n) % p
    found = []
    for k in range(1, (p - 1) // 2 + 1):
        v = torch.cos(2 * math.pi * k * d / p).to(t)
        found.append((t * v).sum() / ((v * v).sum() * (t * t).sum()).sqrt())
    return torch.stack(found)


# %% q4: the least clean one is no memory
remembers = "A"

# %% q4: that of the MLP
fewest_waves = 3

# %% q5: a square counts once
squares_power = 2

# %% q5: a square counts for all that follows
squares_power = 4

# %% q5: the embedding is no weight
sums_power = 3

# %% q5: counts hidden layers
digits_power = 2

# %% q5: the same for all
deep_scale = 8.0

# %% q5: forgets the chapter's power
deep_scale = 8 ** (1 / 6)

# %% q5: five matrices
deep_scale = 8 ** (3 / 5)
