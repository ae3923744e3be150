# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.

# %% q1: takes every symmetric table for a product
A = "multiply"


# %% q1: takes an empty column for a row of zeros
B = "multiply"


# %% q1: sees only the columns that divide
C = "divide"


# %% q1: mixes the second and the third up
B, C = "asymmetric", "divide"


# %% q1: the formula instead of the name
A = "a² + ab + b²"


# %% q1: the twin that is not symmetric
A = "x2+xy+y2+x"


# %% q2: one step only
def reached(shown, down, right):
    return shown | shown.roll((down, right), (0, 1))


# %% q2: does not go around the edges
def reached(shown, down, right):
    known, p = shown.clone(), len(shown)
    for a, b in shown.nonzero().tolist():
        for i in range(p):
            if a + i * down < p and b + i * right < p:
                known[a + i * down, b + i * right] = True
    return known


# %% q2: leaves out what was shown
def reached(shown, down, right):
    known = shown.roll((down, right), (0, 1))
    for _ in range(len(shown)):
        known = known | known.roll((down, right), (0, 1))
    return known & ~shown


# %% q2: rows and columns mixed up
def reached(shown, down, right):
    known = shown.clone()
    for _ in range(len(shown)):
        known |= known.roll((right, down), (0, 1))
    return known


# %% q2: only where the last step leads
def reached(shown, down, right):
    for _ in range(len(shown)):
        shown = shown.roll((down, right), (0, 1))
    return shown


# %% q2: changes what it is given
def reached(shown, down, right):
    for _ in range(len(shown)):
        shown |= shown.roll((down, right), (0, 1))
    return shown


# %% q3: always the powers of 2
def powers(p):
    return [pow(2, i, p) for i in range(p - 1)]


# %% q3: begins with the number itself
def powers(p):
    for g in range(1, p):
        row = [pow(g, i, p) for i in range(1, p)]
        if len(set(row)) == p - 1:
            return row


# %% q3: in the order of size
def powers(p):
    return [*range(1, p)]


# %% q3: the largest such number
def powers(p):
    for g in reversed(range(1, p)):
        row = [pow(g, i, p) for i in range(p - 1)]
        if len(set(row)) == p - 1:
            return row


# %% q3: looks only at small bases
def powers(p):
    for g in (1, 2, 3, 5, 6):
        row = [pow(g, i, p) for i in range(p - 1)]
        if len(set(row)) == p - 1:
            return row
    return []


# %% q3: forgets the modulus
def powers(p):
    return [2**i for i in range(p - 1)]


# %% q4: as if all second operands were shown with each first one
def floor(task):
    return math.log(task.p) / len(task.layout)


# %% q4: a mean over the first operands, not over the rows
def floor(task):
    table = task.data()
    counts = table.operands[table.train, 0].bincount().double()
    return counts[counts > 0].log().mean().item() / len(task.layout)


# %% q4: four positions in either format
def floor(task):
    table = task.data()
    first = table.operands[table.train, 0]
    return first.bincount()[first].double().log().mean().item() / 4


# %% q4: of the second operand alone
def floor(task):
    table = task.data()
    first = table.operands[table.train, 0]
    return first.bincount()[first].double().log().mean().item()


# %% q4: in bits
def floor(task):
    table = task.data()
    first = table.operands[table.train, 0]
    return first.bincount()[first].double().log2().mean().item() / len(task.layout)


# %% q4: counts all rows of the table
def floor(task):
    first = task.data().operands[:, 0]
    return first.bincount()[first].double().log().mean().item() / len(task.layout)


# %% q4: as if every first operand had the same share
def floor(task):
    return math.log(task.p * task.train_fraction) / len(task.layout)


# %% q5: the order of a product
def disguise(p):
    return powers(p)


# %% q5: one too many instead of one too few
def disguise(p):
    return [(power + 1) % p for power in powers(p)]


# %% q5: the powers of 2, whether or not they are all
def disguise(p):
    return [pow(2, i, p) - 1 for i in range(p - 1)]


# %% q5: the right numbers in the order of size
def disguise(p):
    return [*range(p - 1)]


# %% q5: keeps the number that swallows all others
def disguise(p):
    return [*(power - 1 for power in powers(p)[:-1]), p - 1]


# %% q5: adds places modulo p
def disguise(p):
    return [*(power - 1 for power in powers(p)), p - 1]
