# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: an exponential, which it is only nearly
def left(lr, decay, steps, fall_from):
    shares = [
        1 - max(0, (t / steps - fall_from) / (1 - fall_from)) for t in range(steps)
    ]
    return math.exp(-lr * decay * sum(shares))


# %% q1: forgets that the rate falls
def left(lr, decay, steps, fall_from):
    return (1 - lr * decay) ** steps


# %% q1: is at zero with the last step already
def left(lr, decay, steps, fall_from):
    weight, last = 1.0, max(steps - 1, 1)
    for t in range(steps):
        fallen = max(0, (t / last - fall_from) / (1 - fall_from))
        weight *= 1 - lr * (1 - fallen) * decay
    return weight


# %% q1: begins at step 1
def left(lr, decay, steps, fall_from):
    weight = 1.0
    for t in range(1, steps + 1):
        fallen = max(0, (t / steps - fall_from) / (1 - fall_from))
        weight *= 1 - lr * (1 - fallen) * decay
    return weight


# %% q1: the rate jumps to zero
def left(lr, decay, steps, fall_from):
    return (1 - lr * decay) ** int(steps * fall_from)


# %% q1: adds the shares up
def left(lr, decay, steps, fall_from):
    shares = [
        1 - max(0, (t / steps - fall_from) / (1 - fall_from)) for t in range(steps)
    ]
    return 1 - lr * decay * sum(shares)


# %% q2: AdamW's
def share_taken(g, w, lr, l2):
    return torch.full_like(w, lr * l2)


# %% q2: the amount, not the share
def share_taken(g, w, lr, l2):
    return lr * l2 * w / (g**2 + (l2 * w) ** 2).sqrt()


# %% q2: divides by the gradient of the loss alone
def share_taken(g, w, lr, l2):
    return lr * l2 / g


# %% q2: sizes add up
def share_taken(g, w, lr, l2):
    return lr * l2 / (g + l2 * w.abs())


# %% q2: forgets the root
def share_taken(g, w, lr, l2):
    return lr * l2 / (g**2 + (l2 * w) ** 2)


# %% q2: the regularizer's square without its number
def share_taken(g, w, lr, l2):
    return lr * l2 / (g**2 + w**2).sqrt()


# %% q3: the two change places
rate_power = 0.5
decay_power = 1.0

# %% q3: the sign of the slope
rate_power = -1.0
decay_power = -0.5

# %% q3: measured where nothing changes any more
rate_power = 0.0
decay_power = 0.0

# %% q3: the product alone, as in the chapter
rate_power = 1.0
decay_power = 1.0
predicted = 20_000_000

# %% q3: the least epoch taken for the law
predicted = 60

# %% q4: the same number for all
slower = start.replace(lr=0.01)

# %% q4: the decay in the wrong direction
slower = start.replace(lr=0.01, weight_decay=0.1)

# %% q4: the clock kept by the other number alone
slower = start.replace(epochs=30_000)

# %% q4: SGD with AdamW's decay
plain = start.replace(optimizer=gc.SGD(10.0, weight_decay=0.3))

# %% q4: with momentum
plain = start.replace(
    optimizer=gc.SGD(10.0, momentum=0.9, nesterov=True, weight_decay=9e-5)
)

# %% q4: forgets what momentum adds up
rolling = start.replace(
    optimizer=gc.SGD(lr=0.5, momentum=0.95, nesterov=True, weight_decay=0.018)
)

# %% q4: momentum the wrong way round
rolling = start.replace(
    optimizer=gc.SGD(lr=0.5, momentum=0.95, nesterov=True, weight_decay=0.36)
)

# %% q4: without Nesterov
rolling = start.replace(optimizer=gc.SGD(lr=0.5, momentum=0.95, weight_decay=9e-4))

# %% q5: the same number, so the same force
with_decay = "B"
with_l2 = "A"

# %% q5: what shrinks has nothing
with_nothing = "B"
with_l2 = "C"

# %% q5: longer weights are decayed weights
with_decay = "C"
with_nothing = "A"

# %% q5: all of them know their examples
memorized = 3

# %% q5: only the one that generalizes does
memorized = 1
