# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: the mean row, not the worst
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    wrong = logits.clone()
    wrong.scatter_(1, targets[:, None], -torch.inf)
    length = sum(w.square().sum() for w in weights).sqrt()
    return ((right - wrong.amax(1)).mean() / length**3).item()


# %% q1: the largest logit, right or wrong
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    length = sum(w.square().sum() for w in weights).sqrt()
    return ((right - logits.amax(1)).min() / length**3).item()


# %% q1: the mean of the wrong logits
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    others = (logits.sum(1) - right) / (logits.shape[1] - 1)
    length = sum(w.square().sum() for w in weights).sqrt()
    return ((right - others).min() / length**3).item()


# %% q1: lengths added up
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    wrong = logits.clone()
    wrong.scatter_(1, targets[:, None], -torch.inf)
    length = sum(w.norm() for w in weights)
    return ((right - wrong.amax(1)).min() / length**3).item()


# %% q1: squares without the root
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    wrong = logits.clone()
    wrong.scatter_(1, targets[:, None], -torch.inf)
    length = sum(w.square().sum() for w in weights)
    return ((right - wrong.amax(1)).min() / length**3).item()


# %% q1: not normalized by the third power
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    wrong = logits.clone()
    wrong.scatter_(1, targets[:, None], -torch.inf)
    length = sum(w.square().sum() for w in weights).sqrt()
    return ((right - wrong.amax(1)).min() / length).item()


# %% q1: writes into the logits
def normalized_margin(logits, targets, weights):
    right = logits.gather(1, targets[:, None])[:, 0]
    logits.scatter_(1, targets[:, None], -torch.inf)
    length = sum(w.square().sum() for w in weights).sqrt()
    return ((right - logits.amax(1)).min() / length**3).item()


# %% q2: the ends go on for ever
def equal_price(shares, prices, rule):
    return float(np.interp(rule, prices, shares))


# %% q2: the nearest point
def equal_price(shares, prices, rule):
    if not prices[0] <= rule <= prices[-1]:
        return None
    return shares[int(np.abs(np.array(prices) - rule).argmin())]


# %% q2: the first point that is dearer
def equal_price(shares, prices, rule):
    if not prices[0] <= rule <= prices[-1]:
        return None
    return next(s for s, price in zip(shares, prices, strict=True) if price >= rule)


# %% q2: x and y exchanged
def equal_price(shares, prices, rule):
    if not prices[0] <= rule <= prices[-1]:
        return None
    return float(np.interp(rule, shares, prices))


# %% q2: one straight line from end to end
def equal_price(shares, prices, rule):
    if not prices[0] <= rule <= prices[-1]:
        return None
    return float(np.interp(rule, [prices[0], prices[-1]], [shares[0], shares[-1]]))


# %% q2: the ends do not count
def equal_price(shares, prices, rule):
    if not prices[0] < rule < prices[-1]:
        return None
    return float(np.interp(rule, prices, shares))


# %% q3: takes the forgetting one for the one that finds the rule
finds = "A"
lists = "B"
forgets = "C"

# %% q3: takes the dearest for the one that forgets
finds = "C"
lists = "A"
forgets = "B"

# %% q3: takes a long list for a rule
finds = "B"
lists = "C"
forgets = "A"


# %% q4: diagonals that are not wrapped
def circulant(block):
    p = len(block)
    result = torch.zeros_like(block)
    for k in range(-p + 1, p):
        mean = block.diagonal(k).mean()
        result += torch.diag(mean.repeat(p - abs(k)), k)
    return result


# %% q4: the other diagonals
def circulant(block):
    rows = [row.roll(a) for a, row in enumerate(block)]
    mean = torch.stack(rows).mean(0)
    return torch.stack([mean.roll(-a) for a in range(len(block))])


# %% q4: straightens, and does not move back
def circulant(block):
    rows = [row.roll(-a) for a, row in enumerate(block)]
    return torch.stack(rows).mean(0).repeat(len(block), 1)


# %% q4: the first row, moved along
def circulant(block):
    return torch.stack([block[0].roll(a) for a in range(len(block))])


# %% q4: sums instead of means
def circulant(block):
    rows = [row.roll(-a) for a, row in enumerate(block)]
    total = torch.stack(rows).sum(0)
    return torch.stack([total.roll(a) for a in range(len(block))])


# %% q4: one row short
def circulant(block):
    rows = [row.roll(-a) for a, row in enumerate(block[:-1])]
    mean = torch.stack(rows).mean(0)
    return torch.stack([mean.roll(a) for a in range(len(block))])


# %% q5: more rows, and weights of its own
same_rows = given.replace(train_fraction=0.8, start_from=None)
fresh = given.replace(start_from=None)
free = given.replace(weight_decay=0.0)

# %% q5: goes on with 10%, for longer
same_rows = given.replace(epochs=4_000)
fresh = given.replace(start_from=None)
free = given.replace(weight_decay=0.0)

# %% q5: another seed is no fresh start
same_rows = given.replace(train_fraction=0.8)
fresh = given.replace(seed=given.seed + 1)
free = given.replace(weight_decay=0.0)

# %% q5: a part of the rule is handed over
same_rows = given.replace(train_fraction=0.8)
fresh = given.replace(start_from=gc.Start(grokked, ("embed",)))
free = given.replace(weight_decay=0.0)

# %% q5: less decay, not none
same_rows = given.replace(train_fraction=0.8)
fresh = given.replace(start_from=None)
free = given.replace(weight_decay=0.5)

# %% q5: takes the decay from the first network
same_rows = given.replace(train_fraction=0.8)
fresh = given.replace(start_from=None)
free = grokked.replace(weight_decay=0.0)
