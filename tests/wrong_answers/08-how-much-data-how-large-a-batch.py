# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: more than 95%, not at least
def lucky(share, batch, looks):
    one = sum(
        math.comb(batch, k) * share**k * (1 - share) ** (batch - k)
        for k in range(batch + 1)
        if 100 * k > 95 * batch
    )
    return 1 - (1 - one) ** looks


# %% q1: all of the batch
def lucky(share, batch, looks):
    return 1 - (1 - share**batch) ** looks


# %% q1: forgets in how many ways
def lucky(share, batch, looks):
    one = sum(
        share**k * (1 - share) ** (batch - k)
        for k in range(batch + 1)
        if 100 * k >= 95 * batch
    )
    return 1 - (1 - one) ** looks


# %% q1: adds the chances of the looks
def lucky(share, batch, looks):
    one = sum(
        math.comb(batch, k) * share**k * (1 - share) ** (batch - k)
        for k in range(batch + 1)
        if 100 * k >= 95 * batch
    )
    return min(1.0, looks * one)


# %% q1: rounds 95% of a batch down
def lucky(share, batch, looks):
    one = sum(
        math.comb(batch, k) * share**k * (1 - share) ** (batch - k)
        for k in range(int(0.95 * batch), batch + 1)
    )
    return 1 - (1 - one) ** looks


# %% q1: the chance that every look is lucky
def lucky(share, batch, looks):
    one = sum(
        math.comb(batch, k) * share**k * (1 - share) ** (batch - k)
        for k in range(batch + 1)
        if 100 * k >= 95 * batch
    )
    return one**looks


# %% q2: leaves the last, smaller batch out
def null_delay(rows, batches, steps):
    table = [[steps / max(1, r // b) for b in batches] for r in rows]
    return torch.tensor(table, dtype=torch.float64)


# %% q2: parts of a step
def null_delay(rows, batches, steps):
    table = [[steps * b / r for b in batches] for r in rows]
    return torch.tensor(table, dtype=torch.float64)


# %% q2: rows for columns
def null_delay(rows, batches, steps):
    table = [[steps / math.ceil(r / b) for r in rows] for b in batches]
    return torch.tensor(table, dtype=torch.float64)


# %% q2: from epochs to steps
def null_delay(rows, batches, steps):
    table = [[steps * math.ceil(r / b) for b in batches] for r in rows]
    return torch.tensor(table, dtype=torch.float64)


# %% q2: whole epochs
def null_delay(rows, batches, steps):
    table = [[steps // math.ceil(r / b) for b in batches] for r in rows]
    return torch.tensor(table, dtype=torch.float64)


# %% q3: a share more, not times as long
a_point_less = 0.32
ten_points_less = 3.2

# %% q3: ten times the factor
a_point_less = 1.32
ten_points_less = 13.2

# %% q3: with more of the table, not less
a_point_less = 0.76
ten_points_less = 0.062

# %% q3: adds ten times a third
a_point_less = 1.32
ten_points_less = 4.2


# %% q4: a draw is a win
def win_share(ours, theirs):
    wins = [a <= b for a in ours for b in theirs]
    return sum(wins) / len(wins)


# %% q4: a draw is nothing
def win_share(ours, theirs):
    wins = [a < b for a in ours for b in theirs]
    return sum(wins) / len(wins)


# %% q4: seed by seed
def win_share(ours, theirs):
    wins = [(a < b) + (a == b) / 2 for a, b in zip(ours, theirs, strict=False)]
    return sum(wins) / len(wins)


# %% q4: leaves out what never arrived
def win_share(ours, theirs):
    there = [[t for t in times if t < math.inf] for times in (ours, theirs)]
    wins = [(a < b) + (a == b) / 2 for a in there[0] for b in there[1]]
    return sum(wins) / max(1, len(wins))


# %% q4: compares the means
def win_share(ours, theirs):
    a, b = sum(ours) / len(ours), sum(theirs) / len(theirs)
    return 1.0 if a < b else 0.5 if a == b else 0.0


# %% q4: the share in which theirs is sooner
def win_share(ours, theirs):
    wins = [(b < a) + (a == b) / 2 for a in ours for b in theirs]
    return sum(wins) / len(wins)


# %% q5: as many epochs, and so twice the steps
smaller_batch = base.replace(batch_size=10)
same_forgetting = smaller_batch.replace(weight_decay=0.5)

# %% q5: twice the batch
smaller_batch = base.replace(batch_size=40, epochs=200)

# %% q5: the learning rate, not the decay
same_forgetting = smaller_batch.replace(lr=5e-4)

# %% q5: less decay where it should be more
forgets_more = base.replace(weight_decay=0.5)

# %% q5: the decay of a step, not of an epoch
same_forgetting = smaller_batch.replace(weight_decay=1.0)

# %% q5: the batch is changed as well
forgets_more = base.replace(batch_size=10, epochs=50, weight_decay=2.0)

# %% q5: more data instead
forgets_more = base.replace(train_fraction=0.9, epochs=50)
