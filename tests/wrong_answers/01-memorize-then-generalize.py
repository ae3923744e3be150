# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.

# %% q1: the loss that the run begins with
peak = math.log(113)
factor = math.exp(peak) / 113


# %% q1: the epoch of the peak
peak = 1_450
factor = math.exp(34) / 113


# %% q1: a power of two, as if nats were bits
factor = 2**peak / 113


# %% q1: compares losses instead of probabilities
factor = peak / math.log(113)


# %% q1: the probability itself, not against blind guessing
factor = math.exp(peak)


# %% q1: upside down
factor = 113 / math.exp(peak)


# %% q2: counts mirror images without asking whether the rule holds
def parrot_accuracy(task):
    table = task.data()
    pairs = [tuple(pair) for pair in table.operands.tolist()]
    shown = {pairs[i] for i in table.train.tolist()}
    mirrored = [pairs[i][::-1] in shown for i in table.val.tolist()]
    return sum(mirrored) / len(mirrored)


# %% q2: takes every table for a full one
def parrot_accuracy(task):
    import torch

    table = task.data()
    known = torch.zeros(task.p**2, dtype=torch.bool)
    known[table.train] = True
    known = known.view(task.p, task.p)
    answers = table.targets.view(task.p, task.p)
    right = known.T & (answers == answers.T)
    return right.flatten()[table.val].double().mean()


# %% q2: over all cells, the training cells included
def parrot_accuracy(task):
    table = task.data()
    pairs = [tuple(pair) for pair in table.operands.tolist()]
    answers = table.targets.tolist()
    taught = {pairs[i]: answers[i] for i in table.train.tolist()}
    right = [taught.get((b, a)) == c for (a, b), c in zip(pairs, answers, strict=True)]
    return sum(right) / len(right)


# %% q2: of those validation cells alone whose mirror image was shown
def parrot_accuracy(task):
    table = task.data()
    pairs = [tuple(pair) for pair in table.operands.tolist()]
    answers = table.targets.tolist()
    taught = {pairs[i]: answers[i] for i in table.train.tolist()}
    rows = [i for i in table.val.tolist() if pairs[i][::-1] in taught]
    right = [taught[pairs[i][::-1]] == answers[i] for i in rows]
    return sum(right) / len(right)


# %% q2: evaluates on the training cells
def parrot_accuracy(task):
    table = task.data()
    pairs = [tuple(pair) for pair in table.operands.tolist()]
    answers = table.targets.tolist()
    taught = {pairs[i]: answers[i] for i in table.train.tolist()}
    right = [taught.get(pairs[i][::-1]) == answers[i] for i in table.train.tolist()]
    return sum(right) / len(right)


# %% q2: looks the mirror image up among all cells
def parrot_accuracy(task):
    table = task.data()
    pairs = [tuple(pair) for pair in table.operands.tolist()]
    taught = dict(zip(pairs, table.targets.tolist(), strict=True))
    right = [taught.get(pairs[i][::-1]) == taught[pairs[i]] for i in table.val.tolist()]
    return sum(right) / len(right)


# %% q2: blames it on the training fraction
def parrot_accuracy(task):
    return task.train_fraction


# %% q3: the chapter's delay
def settled_delay(history, threshold=0.95):
    return gc.analysis.grokking_delay(history, threshold).epochs


# %% q3: the last evaluation below, not the one after it
def settled_delay(history, threshold=0.95):
    start = history.epoch[history.train_accuracy >= threshold].min()
    if history.val_accuracy.iloc[-1] < threshold or start != start:
        return None
    return history.epoch[history.val_accuracy < threshold].max() - start


# %% q3: above the threshold only, not at it
def settled_delay(history, threshold=0.95):
    start = history.epoch[history.train_accuracy > threshold].min()
    low = history.epoch[history.val_accuracy <= threshold].max()
    if history.val_accuracy.iloc[-1] <= threshold or start != start:
        return None
    return history.epoch[~(history.epoch <= low)].min() - start


# %% q3: training has to have settled, too
def settled_delay(history, threshold=0.95):
    if (history[["train_accuracy", "val_accuracy"]].iloc[-1] < threshold).any():
        return None
    start = history.epoch[history.train_accuracy < threshold].max()
    low = history.epoch[history.val_accuracy < threshold].max()
    start = history.epoch[~(history.epoch <= start)].min()
    return history.epoch[~(history.epoch <= low)].min() - start


# %% q3: the end of the run where it should be None
def settled_delay(history, threshold=0.95):
    start = history.epoch[history.train_accuracy >= threshold].min()
    low = history.epoch[history.val_accuracy < threshold].max()
    later = history.epoch[~(history.epoch <= low)]
    return (later.min() if len(later) else history.epoch.max()) - start


# %% q3: interpolates between two evaluations
def settled_delay(history, threshold=0.95):
    epochs, val = history.epoch.to_numpy(), history.val_accuracy.to_numpy()
    start = history.epoch[history.train_accuracy >= threshold].min()
    low = (val < threshold).nonzero()[0]
    if start != start or low[-1:].sum() == len(val) - 1:
        return None
    if not len(low):
        return epochs[0] - start
    i = low[-1]
    part = (threshold - val[i]) / (val[i + 1] - val[i])
    return epochs[i] + part * (epochs[i + 1] - epochs[i]) - start


# %% q3: takes labels of the index for places
def settled_delay(history, threshold=0.95):
    learned = history.index[history.train_accuracy >= threshold]
    below = history.index[history.val_accuracy < threshold]
    place = below[-1] + 1 if len(below) else 0
    if not len(learned) or place >= len(history):
        return None
    return history.epoch.iloc[place] - history.epoch.iloc[learned[0]]


# %% q3: makes the epoch an index in place
def settled_delay(history, threshold=0.95):
    history.set_index("epoch", inplace=True)
    below = history.index[history.val_accuracy < threshold]
    learned = history.index[history.train_accuracy >= threshold]
    later = history.index[history.index > below.max()] if len(below) else history.index
    return later[0] - learned[0] if len(later) and len(learned) else None


# %% q4: from the other end, one field as it works
def one_at_a_time(works, fails):
    ours, theirs = works.fields(), fails.fields()
    names = [name for name in ours if ours[name] != theirs[name]]
    return {name: fails.replace(**{name: ours[name]}) for name in names}


# %% q4: changes pile up
def one_at_a_time(works, fails):
    theirs, control, controls = fails.fields(), works, {}
    for name, value in works.fields().items():
        if theirs[name] != value:
            control = control.replace(**{name: theirs[name]})
            controls[name] = control
    return controls


# %% q4: a control for every field, changed or not
def one_at_a_time(works, fails):
    theirs = fails.fields()
    return {name: works.replace(**{name: theirs[name]}) for name in theirs}


# %% q4: five fields that fit these two experiments alone
def one_at_a_time(works, fails):
    names = ("train_fraction", "width", "lr", "weight_decay", "seed")
    return {name: works.replace(**{name: fails.fields()[name]}) for name in names}


# %% q4: what is nested is one thing
def one_at_a_time(works, fails):
    parts = ("task", "model", "optimizer", "seed")
    return {
        part: works.replace(**{part: getattr(fails, part)})
        for part in parts
        if getattr(works, part) != getattr(fails, part)
    }


# %% q4: what slows down, not what keeps it from generalizing
enough = {"train_fraction", "width", "lr"}


# %% q4: suspects the data, as the chapter suggests
enough = {"train_fraction"}


# %% q4: whatever differs
enough = {"train_fraction", "width", "lr", "weight_decay", "seed"}


# %% q4: what generalizes in time instead
enough = {"train_fraction", "width", "weight_decay", "seed"}


# %% q5: as it was
recipe = works


# %% q5: decay alone, and far too much of it
recipe = works.replace(weight_decay=10.0)


# %% q5: too much decay to learn anything
recipe = works.replace(lr=3e-2, weight_decay=10.0)


# %% q5: twice as many examples
recipe = works.replace(lr=5e-2, weight_decay=3.0, train_fraction=0.9)


# %% q5: another split, which may be easier
recipe = works.replace(lr=5e-2, weight_decay=3.0, split_seed=1)


# %% q5: a wider network
recipe = works.replace(lr=5e-2, weight_decay=3.0, width=512)


# %% q5: thinks that small batches are for free
recipe = works.replace(batch_size=32, epochs=150)


# %% q5: a learning rate that blows up
recipe = works.replace(lr=3.0, weight_decay=1.0)


# %% q5: a run instead of a recipe
recipe = "lr=3e-2"
