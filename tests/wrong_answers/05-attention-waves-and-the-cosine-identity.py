# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: the neighbor on the clock, not on the circle
def best_rival(alpha, p):
    curve = sum(h * math.cos(2 * math.pi * k / p) for k, h in alpha.items())
    return 1, sum(alpha.values()) - curve


# %% q1: all heights alike
def best_rival(alpha, p):
    d = torch.arange(p // 2 + 1)
    curve = sum(torch.cos(2 * math.pi * k * d / p) for k in alpha)
    distance = 1 + int(curve[1:].argmax())
    return distance, float(curve[0] - curve[distance])


# %% q1: the place among the rivals, one less than the distance
def best_rival(alpha, p):
    d = torch.arange(1, p // 2 + 1)
    curve = sum(h * torch.cos(2 * math.pi * k * d / p) for k, h in alpha.items())
    distance = int(curve.argmax())
    return distance, float(sum(alpha.values()) - curve.max())


# %% q1: the long way around the clock
def best_rival(alpha, p):
    d = torch.arange(p)
    curve = sum(h * torch.cos(2 * math.pi * k * d / p) for k, h in alpha.items())
    distance = p - 1 - int(curve.flip(0)[:-1].argmax())
    return p - min(distance, p - distance), float(curve[0] - curve[1:].max())


# %% q1: never looks at the largest distance
def best_rival(alpha, p):
    d = torch.arange((p - 1) // 2)
    curve = sum(h * torch.cos(2 * math.pi * k * d / p) for k, h in alpha.items())
    distance = 1 + int(curve[1:].argmax())
    return distance, float(curve[0] - curve[distance])


# %% q1: the gap per unit of strength
def best_rival(alpha, p):
    d = torch.arange(p // 2 + 1)
    curve = sum(h * torch.cos(2 * math.pi * k * d / p) for k, h in alpha.items())
    distance = 1 + int(curve[1:].argmax())
    return distance, float(1 - curve[distance] / curve[0])


# %% q1: half a turn instead of a whole one
def best_rival(alpha, p):
    d = torch.arange(p // 2 + 1)
    curve = sum(h * torch.cos(math.pi * k * d / p) for k, h in alpha.items())
    distance = 1 + int(curve[1:].argmax())
    return distance, float(curve[0] - curve[distance])


# %% q2: takes those whose curve hardly changes
headed = "BD"

# %% q2: one right, one wrong
headed = "AE"

# %% q2: takes a head that does not choose for no help
bare = "E"

# %% q2: takes the weakest frequency
bare = "B"

# %% q3: without 41
five = (1, 14, 20, 44, 52)
again = times(five, 3)

# %% q3: greedy, which is not enough
five = [41]
while len(five) < 5:
    rest = [k for k in range(1, 57) if k not in five]
    sums = {k: cosines[[j - 1 for j in [*five, k]]].sum(0).max() for k in rest}
    five.append(min(sums, key=sums.get))
again = times(five, 3)

# %% q3: one frequency twice
five = (41, 41, 8, 19, 54)

# %% q3: twins above 56 as frequencies of their own
five = tuple(113 - k for k in five)

# %% q3: frequencies in common
again = (41, *times(five, 2)[1:])

# %% q3: shifted instead of multiplied
again = tuple(sorted(k % 56 + 1 for k in five))

# %% q3: the same set in another order
again = five[::-1]


# %% q4: the addition theorem in four products, which tells a from b
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([cos, sin, sin, cos]), torch.stack([cos, -cos, sin, sin])


# %% q4: three neurons without the factor
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    phi = 2 * math.pi * torch.arange(3)[:, None] / 3
    return torch.cos(angle - phi), torch.cos(angle - 2 * phi)


# %% q4: says the phase once, not twice
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    phi = 2 * math.pi * torch.arange(3)[:, None] / 3
    return torch.cos(angle - phi), 4 / 3 * torch.cos(angle - phi)


# %% q4: two phases
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    phi = math.pi * torch.arange(2)[:, None] / 2
    return torch.cos(angle - phi), 2 * torch.cos(angle - 2 * phi)


# %% q4: four phases, with a wave of a + b + c left over
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    phi = math.pi * torch.arange(4)[:, None] / 2
    return torch.cos(angle - phi), torch.cos(angle - 2 * phi)


# %% q4: numbers as rows
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p)[:, None] / p
    phi = 2 * math.pi * torch.arange(3) / 3
    return torch.cos(angle - phi), 4 / 3 * torch.cos(angle - 2 * phi)


# %% q4: right, but larger than it has to be
def team(k, p):
    angle = 2 * math.pi * k * torch.arange(p) / p
    phi = 2 * math.pi * torch.arange(5)[:, None] / 5
    return torch.cos(angle - phi), 4 / 5 * torch.cos(angle - 2 * phi)


# %% q5: forgets that the midpoint's distance is positive
def repaired(angle, dose):
    return (angle / 2).cos() - dose * angle.cos()


# %% q5: with a plus
def repaired(angle, dose):
    return (angle / 2).cos().abs() + dose * angle.cos()


# %% q5: loses the half, or the two
def repaired(angle, dose):
    return (angle / 2).cos().abs() - 2 * dose * angle.cos()


# %% q5: the double's angle doubled once more
def repaired(angle, dose):
    return (angle / 2).cos().abs() - dose * (2 * angle).cos()


# %% q5: turns the angle around in place
def repaired(angle, dose):
    angle /= 2
    return angle.cos().abs() - dose * (2 * angle).cos()


# %% q5: smallest standard deviation instead of largest share
best_dose = float(doses[curves.std(1).argmin()])

# %% q5: flat where a and b are close, and that is all
best_dose = 0.25

# %% q5: weakest over mean
best_evenness = float((curves.amin(1) / curves.mean(1)).max())

# %% q5: the weakest strength itself
best_evenness = 0.5
