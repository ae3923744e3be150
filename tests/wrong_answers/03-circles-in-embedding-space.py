# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.

# %% q1: the larger of the two
neighbor = 47


# %% q1: takes the neighbor for the frequency
frequency = 12


# %% q1: the next point of the line for the neighbor
neighbor, frequency = 1, 1


# %% q1: counts one turn too many
frequency = 6


# %% q1: the twin above 29
frequency = pow(47, -1, 59)


# %% q1: the second place instead of the first
neighbor = 24


# %% q2: one place of p instead of one step of the ring
def neighbors(n, k, p):
    return sorted([(n - 1) % p, (n + 1) % p])


# %% q2: adds the frequency, not its inverse
def neighbors(n, k, p):
    return sorted([(n - k) % p, (n + k) % p])


# %% q2: needs an inverse
def neighbors(n, k, p):
    m = pow(k, -1, p)
    return sorted([(n - m) % p, (n + m) % p])


# %% q2: finds nobody where places are empty
def neighbors(n, k, p):
    return [m for m in range(p) if k * (m - n) % p in (1, p - 1)]


# %% q2: has those at its own place for neighbors
def neighbors(n, k, p):
    gap = math.gcd(k, p)
    return [m for m in range(p) if k * (m - n) % p in (0, gap, p - gap) and m != n]


# %% q2: one way around only
def neighbors(n, k, p):
    gap = math.gcd(k, p)
    return [m for m in range(p) if k * (m - n) % p == gap]


# %% q2: one number of each place
def neighbors(n, k, p):
    gap = math.gcd(k, p)
    step = pow(k // gap, -1, p // gap)
    return sorted({(n - step) % p, (n + step) % p})


# %% q2: neighbors of 0, whatever n is
def neighbors(n, k, p):
    gap = math.gcd(k, p)
    return [m for m in range(p) if k * m % p in (gap, p - gap)]


# %% q2: in the order of the ring, not sorted
def neighbors(n, k, p):
    gap = math.gcd(k, p)
    ahead = [m for m in range(p) if k * (m - n) % p == gap]
    behind = [m for m in range(p) if k * (n - m) % p == gap and m not in ahead]
    return ahead + behind


# %% q3: ring order, which looks at angles only
def roundness(points, k):
    return geometry.ring_order(points, k)


# %% q3: the share of the frequency, which fits ellipses, too
def roundness(points, k):
    return fourier.share(points - points.mean(0), [k])


# %% q3: the smaller of the two axes' shares, as in circularity
def roundness(points, k):
    power = fourier.amplitudes(points).square()
    return (power / power.sum(0)).amin(1)[k - 1]


# %% q3: one direction only
def roundness(points, k):
    z = torch.complex(*points.double().T)
    z = z - z.mean()
    wave = torch.exp(-2j * math.pi * k * torch.arange(len(z)) / len(z))
    return (z * wave).mean().abs() ** 2 / z.abs().square().mean()


# %% q3: forgets the squares
def roundness(points, k):
    z = torch.complex(*points.double().T)
    z = z - z.mean()
    wave = torch.exp(2j * math.pi * k * torch.arange(len(z)) / len(z))
    best = max((z * wave).mean().abs(), (z * wave.conj()).mean().abs())
    return best / z.abs().square().mean().sqrt()


# %% q3: does not center
def roundness(points, k):
    z = torch.complex(*points.double().T)
    wave = torch.exp(2j * math.pi * k * torch.arange(len(z)) / len(z))
    best = max((z * wave).mean().abs(), (z * wave.conj()).mean().abs())
    return best**2 / z.abs().square().mean()


# %% q3: adds both directions up
def roundness(points, k):
    z = torch.complex(*points.double().T)
    z = z - z.mean()
    wave = torch.exp(2j * math.pi * k * torch.arange(len(z)) / len(z))
    both = (z * wave).mean().abs() ** 2 + (z * wave.conj()).mean().abs() ** 2
    return both / z.abs().square().mean()


# %% q3: equal distances from the middle, in any order
def roundness(points, k):
    distance = (points - points.mean(0)).norm(dim=1)
    return 1 - distance.std() / distance.mean()


# %% q3: centers in place
def roundness(points, k):
    points -= points.mean(0)
    z = torch.complex(*points.double().T)
    wave = torch.exp(2j * math.pi * k * torch.arange(len(z)) / len(z))
    best = max((z * wave).mean().abs(), (z * wave.conj()).mean().abs())
    return best**2 / z.abs().square().mean()


# %% q4: gives the shuffled names one try where the embedding had many
def luck(x):
    torch.manual_seed(0)
    own = geometry.circularity(x)
    count = 0
    for _ in range(200):
        y = x[torch.randperm(len(x))]
        power = fourier.amplitudes(geometry.principal_components(y).project(y)) ** 2
        count += (power / power.sum(0)).amin(1)[own.frequency - 1] >= own.value
    return (count + 1) / 201


# %% q4: luck ruled out
def luck(x):
    torch.manual_seed(0)
    own = geometry.circularity(x).value
    shuffles = (x[torch.randperm(len(x))] for _ in range(200))
    return sum(geometry.circularity(y).value >= own for y in shuffles) / 200


# %% q4: counts the less circular ones
def luck(x):
    torch.manual_seed(0)
    own = geometry.circularity(x).value
    shuffles = (x[torch.randperm(len(x))] for _ in range(200))
    return (sum(geometry.circularity(y).value < own for y in shuffles) + 1) / 201


# %% q4: shuffles columns, which changes no order
def luck(x):
    torch.manual_seed(0)
    own = geometry.circularity(x).value
    shuffles = (x[:, torch.randperm(x.shape[1])] for _ in range(200))
    return (sum(geometry.circularity(y).value >= own for y in shuffles) + 1) / 201


# %% q4: random numbers in place of the points
def luck(x):
    torch.manual_seed(0)
    own = geometry.circularity(x).value
    others = (torch.randn(x.shape) for _ in range(200))
    return (sum(geometry.circularity(y).value >= own for y in others) + 1) / 201


# %% q4: shuffles in place
def luck(x):
    torch.manual_seed(0)
    own, count = geometry.circularity(x).value, 0
    for _ in range(200):
        x[:] = x[torch.randperm(len(x))]
        count += geometry.circularity(x).value >= own
    return (count + 1) / 201


# %% q4: the circularity itself
def luck(x):
    return 1 - geometry.circularity(x).value


# %% q5: ranks from the weakest up
mean_rank = 16 - mean_rank


# %% q5: what chance would give
mean_rank = 8


# %% q5: ranks at the end instead of at the start
mean_rank = 3.0


# %% q5: leaves the start as it is
def load(start, k):
    return start.clone()


# %% q5: larger altogether
def load(start, k):
    return start + 2 * (fourier.keep(start, [k]) - start.mean(0))


# %% q5: so much that nothing else is left to add with
def load(start, k):
    circle = fourier.keep(start, [k]) - start.mean(0)
    return circle * start.norm() / circle.norm()


# %% q5: too much
def load(start, k):
    loaded = start + 9 * (fourier.keep(start, [k]) - start.mean(0))
    return loaded * start.norm() / loaded.norm()


# %% q5: the next frequency
def load(start, k):
    loaded = start + fourier.keep(start, [k % 15 + 1]) - start.mean(0)
    return loaded * start.norm() / loaded.norm()


# %% q5: the row of number k instead of the circle of frequency k
def load(start, k):
    loaded = start.clone()
    loaded[k] *= 3
    return loaded * start.norm() / loaded.norm()


# %% q5: in place
def load(start, k):
    before = start.norm()
    start += (fourier.keep(start, [k]) - start.mean(0)).to(start.dtype)
    start *= before / start.norm()
    return start


# %% q5: takes the circle out
def load(start, k):
    loaded = fourier.remove(start, [k])
    return loaded * start.norm() / loaded.norm()
