# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: the last number stands first
def unpacked(rows, p, k):
    columns = []
    for _ in range(k):
        columns.append(rows % p)
        rows = rows // p
    return torch.stack(columns, dim=1)


# %% q1: works for two numbers alone
def unpacked(rows, p, k):
    return torch.stack([rows // p, rows % p], dim=1)


# %% q1: forgets to divide
def unpacked(rows, p, k):
    return torch.stack([rows % p for _ in range(k)], dim=1)


# %% q1: rows down, operands across
def unpacked(rows, p, k):
    columns = [rows // p**i % p for i in reversed(range(k))]
    return torch.stack(columns)


# %% q1: the first number is not brought below p
def unpacked(rows, p, k):
    columns = [rows // p**i for i in reversed(range(k))]
    return torch.stack(columns, dim=1)


# %% q1: divides by the place, not by its power
def unpacked(rows, p, k):
    columns = [rows // (p * i or 1) % p for i in reversed(range(k))]
    return torch.stack(columns, dim=1)


# %% q1: counts rows from 1
def unpacked(rows, p, k):
    columns = [(rows - 1) // p**i % p for i in reversed(range(k))]
    return torch.stack(columns, dim=1)


# %% q2: the mirror image alone
def seen_share(task):
    data = task.data()
    rows = data.operands.tolist()
    shown = {tuple(rows[i]) for i in data.train.tolist()}
    seen = [tuple(rows[i][::-1]) in shown for i in data.val.tolist()]
    return sum(seen) / len(seen)


# %% q2: neighbors that change places, and no more
def seen_share(task):
    data = task.data()
    rows = data.operands.tolist()
    shown = {tuple(rows[i]) for i in data.train.tolist()}

    def swapped(row):
        for i in range(len(row) - 1):
            other = list(row)
            other[i], other[i + 1] = other[i + 1], other[i]
            yield tuple(other)

    seen = [any(o in shown for o in swapped(rows[i])) for i in data.val.tolist()]
    return sum(seen) / len(seen)


# %% q2: the same numbers, however often
def seen_share(task):
    data = task.data()
    rows = data.operands.tolist()
    shown = {frozenset(rows[i]) for i in data.train.tolist()}
    seen = [frozenset(rows[i]) in shown for i in data.val.tolist()]
    return sum(seen) / len(seen)


# %% q2: a share of all rows
def seen_share(task):
    data = task.data()
    rows = data.operands.sort(dim=1).values.tolist()
    shown = {tuple(rows[i]) for i in data.train.tolist()}
    seen = [tuple(rows[i]) in shown for i in data.val.tolist()]
    return sum(seen) / len(rows)


# %% q2: how many, not which share
def seen_share(task):
    data = task.data()
    rows = data.operands.sort(dim=1).values.tolist()
    shown = {tuple(rows[i]) for i in data.train.tolist()}
    return sum(tuple(rows[i]) in shown for i in data.val.tolist())


# %% q2: equal answers instead of equal numbers
def seen_share(task):
    data = task.data()
    shown = {data.targets[i].item() for i in data.train.tolist()}
    seen = [data.targets[i].item() in shown for i in data.val.tolist()]
    return sum(seen) / len(seen)


# %% q2: what chance would have on average
def seen_share(task):
    import math

    orders = math.factorial(task.operands)
    return 1 - (1 - task.train_fraction) ** (orders - 1)


# %% q3: letters, not words
def transplanted(own, donor, parts):
    result = {}
    for name, tensor in own.items():
        if any(part in name for part in parts):
            if donor[name].shape != tensor.shape:
                raise ValueError(name)
            tensor = donor[name]
        result[name] = tensor
    return result


# %% q3: the first word alone
def transplanted(own, donor, parts):
    result = {}
    for name, tensor in own.items():
        if name.split(".")[0] in parts:
            if donor[name].shape != tensor.shape:
                raise ValueError(name)
            tensor = donor[name]
        result[name] = tensor
    return result


# %% q3: a single word between the dots
def transplanted(own, donor, parts):
    result = {}
    for name, tensor in own.items():
        if set(name.split(".")) & set(parts):
            if donor[name].shape != tensor.shape:
                raise ValueError(name)
            tensor = donor[name]
        result[name] = tensor
    return result


# %% q3: refuses shapes of what nobody asked for
def transplanted(own, donor, parts):
    for name, tensor in own.items():
        if donor[name].shape != tensor.shape:
            raise ValueError(name)
    taken = [n for n in own if any(f".{p}." in f".{n}." for p in parts)]
    return own | {name: donor[name] for name in taken}


# %% q3: takes whatever fits, in silence
def transplanted(own, donor, parts):
    result = dict(own)
    for name, tensor in own.items():
        fits = donor[name].shape == tensor.shape
        if fits and any(f".{part}." in f".{name}." for part in parts):
            result[name] = donor[name]
    return result


# %% q3: works on what it is given
def transplanted(own, donor, parts):
    for name in own:
        if any(f".{part}." in f".{name}." for part in parts):
            if donor[name].shape != own[name].shape:
                raise ValueError(name)
            own[name] = donor[name]
    return own


# %% q3: returns the donor's parts alone
def transplanted(own, donor, parts):
    result = {}
    for name, tensor in own.items():
        if any(f".{part}." in f".{name}." for part in parts):
            if donor[name].shape != tensor.shape:
                raise ValueError(name)
            result[name] = donor[name]
    return result


# %% q4: sooner means more was taken over
embedding, rest = "A", "C"


# %% q4: the slowest is the one from scratch
scratch, rest = "A", "B"


# %% q4: the fastest is the one from scratch
scratch, embedding = "C", "B"


# %% q4: the whole circle
scratch, embedding, rest = "A", "B", "C"


# %% q5: a start without parts is no start of its own
scratch_run = given.replace(start_from=gc.Start(sums))


# %% q5: another seed, too
scratch_run = given.replace(start_from=None, seed=7)


# %% q5: shuffles what is to be learned now
by_heart = given.replace(shuffled=True)


# %% q5: the whole of the network that knows by heart
by_heart = given.replace(start_from=gc.Start(sums.replace(shuffled=True)))


# %% q5: a network that has hardly been trained
by_heart = given.replace(start_from=gc.Start(sums.replace(epochs=1), ("embed",)))


# %% q5: half of the rest
leftover = given.replace(start_from=gc.Start(sums, ("blocks",)))


# %% q5: with the positions, which do not fit
leftover = given.replace(start_from=gc.Start(sums, ("pos_embed", "blocks", "unembed")))


# %% q5: everything, the embedding among it
leftover = given.replace(start_from=gc.Start(sums, ("embed", "blocks", "unembed")))


# %% q5: of the network that knows by heart
leftover = given.replace(
    start_from=gc.Start(sums.replace(shuffled=True), ("blocks", "unembed"))
)
