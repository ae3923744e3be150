# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: makes each row as long, not each column
def fitted(w, drawn):
    return drawn * (w.norm(dim=1) / drawn.norm(dim=1))[:, None]


# %% q1: fits the matrix as a whole
def fitted(w, drawn):
    return drawn * (w.norm() / drawn.norm())


# %% q1: forgets how long the drawn ones are
def fitted(w, drawn):
    return drawn * w.norm(dim=0)


# %% q1: divides the wrong way round
def fitted(w, drawn):
    return drawn * (drawn.norm(dim=0) / w.norm(dim=0))


# %% q1: returns the weights
def fitted(w, drawn):
    return w


# %% q2: the gradient, entry by entry times v
def hessian_times(f, x, v):
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(x), x)
    return g * v


# %% q2: the diagonal alone
def hessian_times(f, x, v):
    return torch.autograd.functional.hessian(f, x).diagonal() * v


# %% q2: writes the Hessian down, row by row
def hessian_times(f, x, v):
    n = len(x)
    rows = []
    for i in range(n):
        y = x.clone().requires_grad_()
        (g,) = torch.autograd.grad(f(y), y, create_graph=True)
        rows.append(torch.autograd.grad(g[i], y)[0])
    return torch.stack(rows) @ v


# %% q2: the gradient somewhere else
def hessian_times(f, x, v):
    y = (x + v).clone().requires_grad_()
    (g,) = torch.autograd.grad(f(y), y)
    return g


# %% q2: a difference over a step that is too long
def hessian_times(f, x, v):
    def slope(y):
        y = y.clone().requires_grad_()
        return torch.autograd.grad(f(y), y)[0]

    return slope(x + v) - slope(x)


# %% q3: the length, which has no sign
def sharpest(times, start, rounds):
    v = start
    for _ in range(rounds):
        v = times(v / v.norm())
    return v.norm().item()


# %% q3: never made short again
def sharpest(times, start, rounds):
    v = start
    for _ in range(rounds):
        before, v = v, times(v)
    return (v.dot(before) / before.dot(before)).item()


# %% q3: multiplies once
def sharpest(times, start, rounds):
    v = start / start.norm()
    return v.dot(times(v)).item()


# %% q3: not of length 1 where it is measured
def sharpest(times, start, rounds):
    v = start
    for _ in range(rounds):
        v = times(v / v.norm())
    return v.dot(times(v)).item()


# %% q4: in single precision
def certainty(logits, targets):
    index = targets[:, None]
    others = logits.scatter(1, index, -math.inf).logsumexp(1)
    return (logits.gather(1, index)[:, 0] - others).double()


# %% q4: the right one is among the others
def certainty(logits, targets):
    z = logits.double()
    return z.gather(1, targets[:, None])[:, 0] - z.logsumexp(1)


# %% q4: the best other one, not all of them
def certainty(logits, targets):
    z, index = logits.double(), targets[:, None]
    return z.gather(1, index)[:, 0] - z.scatter(1, index, -math.inf).amax(1)


# %% q4: overflows
def certainty(logits, targets):
    z, index = logits.double(), targets[:, None]
    others = z.exp().scatter(1, index, 0).sum(1).log()
    return z.gather(1, index)[:, 0] - others


# %% q5: decimal digits
def silent_at(step, certainty, digits, beta2):
    ahead = digits * math.log(10) - certainty
    return step + max(ahead, 0) / (-0.5 * math.log(beta2))


# %% q5: forgets that Adam keeps squares
def silent_at(step, certainty, digits, beta2):
    ahead = digits * math.log(2) - certainty
    return step + max(ahead, 0) / -math.log(beta2)


# %% q5: a rate below 0
def silent_at(step, certainty, digits, beta2):
    ahead = digits * math.log(2) - certainty
    return step + max(ahead, 0) / (0.5 * math.log(beta2))


# %% q5: goes back in time where it is silent already
def silent_at(step, certainty, digits, beta2):
    ahead = digits * math.log(2) - certainty
    return step + ahead / (-0.5 * math.log(beta2))


# %% q5: counts from the first step
def silent_at(step, certainty, digits, beta2):
    ahead = digits * math.log(2) - certainty
    return max(ahead, 0) / (-0.5 * math.log(beta2))
