# Answers that are wrong in a way that students get wrong. Each takes the place of the
# answer in the exercises of this name, and has to be caught.


# %% q1: an identity from one side is enough
def broken(table):
    n = range(len(table))
    if any(x not in n for row in table for x in row):
        return "closure"
    units = [e for e in n if table[e] == [*n]]
    if not units:
        return "identity"
    e = units[0]
    if any(e not in row for row in table):
        return "inverses"
    same = all(
        table[table[a][b]][c] == table[a][table[b][c]] for a in n for b in n for c in n
    )
    return "none" if same else "associativity"


# %% q1: the identity has to be element 0
def broken(table):
    n = range(len(table))
    if any(x not in n for row in table for x in row):
        return "closure"
    if table[0] != [*n] or [row[0] for row in table] != [*n]:
        return "identity"
    if any(0 not in row for row in table):
        return "inverses"
    same = all(
        table[table[a][b]][c] == table[a][table[b][c]] for a in n for b in n for c in n
    )
    return "none" if same else "associativity"


# %% q1: what is once in each row and column is a group
def broken(table):
    n = [*range(len(table))]
    if any(x not in n for row in table for x in row):
        return "closure"
    units = [e for e in n if all(table[e][a] == a == table[a][e] for a in n)]
    if not units:
        return "identity"
    if any(sorted(row) != n for row in table):
        return "inverses"
    return "none"


# %% q1: negative entries count as elements
def broken(table):
    n = range(len(table))
    if any(x >= len(table) for row in table for x in row):
        return "closure"
    units = [e for e in n if all(table[e][a] == a == table[a][e] for a in n)]
    if not units:
        return "identity"
    e = units[0]
    if any(all(not table[a][b] == e == table[b][a] for b in n) for a in n):
        return "inverses"
    same = all(
        table[table[a][b]][c] == table[a][table[b][c]] for a in n for b in n for c in n
    )
    return "none" if same else "associativity"


# %% q1: asks whether the order matters
def broken(table):
    n = range(len(table))
    if any(x not in n for row in table for x in row):
        return "closure"
    units = [e for e in n if all(table[e][a] == a == table[a][e] for a in n)]
    if not units:
        return "identity"
    e = units[0]
    if any(all(not table[a][b] == e == table[b][a] for b in n) for a in n):
        return "inverses"
    same = all(table[a][b] == table[b][a] for a in n for b in n)
    return "none" if same else "associativity"


# %% q2: left and right exchanged
def coset_labels(table, subgroup, side):
    rows = table.T if side == "left" else table
    return rows[:, subgroup].min(dim=1).values


# %% q2: the same from both sides
def coset_labels(table, subgroup, side):
    return table[:, subgroup].min(dim=1).values


# %% q2: blocks of neighbors
def coset_labels(table, subgroup, side):
    return torch.arange(len(table)) // len(subgroup)


# %% q2: remainders, as on a clock
def coset_labels(table, subgroup, side):
    return torch.arange(len(table)) % (len(table) // len(subgroup))


# %% q2: the product with one element of the subgroup
def coset_labels(table, subgroup, side):
    rows = table if side == "left" else table.T
    return rows[:, subgroup[-1]]


# %% q2: the sum of a coset, which two may share
def coset_labels(table, subgroup, side):
    rows = table if side == "left" else table.T
    return rows[:, subgroup].sum(dim=1)


# %% q3: forgets d
def part(x, matrices):
    entries = matrices.flatten(1)
    return entries @ (entries.T @ x) / len(x)


# %% q3: the entries of the diagonal alone
def part(x, matrices):
    n, d, _ = matrices.shape
    entries = matrices.diagonal(dim1=1, dim2=2)
    return d / n * (entries @ (entries.T @ x))


# %% q3: the projection on the character
def part(x, matrices):
    n = len(matrices)
    character = matrices.diagonal(dim1=1, dim2=2).sum(1)
    return character * (character @ x) / n


# %% q3: the coefficients, and not the function
def part(x, matrices):
    n, d, _ = matrices.shape
    entries = matrices.flatten(1)
    return entries.T @ x * d / n


# %% q3: d squared
def part(x, matrices):
    n, d, _ = matrices.shape
    entries = matrices.flatten(1)
    return d * d / n * (entries @ (entries.T @ x))


# %% q4: the slope is the one with most steps
by_hand, random_irrep = "A", "B"


# %% q4: two steps are few enough to be made by hand
even, by_hand = "B", "C"


# %% q4: the whole circle
even, by_hand, random_irrep = "A", "C", "B"


# %% q5: multiplies
def divider(n):
    from itertools import permutations

    goes = torch.tensor([*permutations(range(n))])
    comes = goes.argsort(1)
    k, m = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    return -comes[:, m], goes[:, k], -(goes[:, k] == m).int().T


# %% q5: undoes the first one
def divider(n):
    from itertools import permutations

    goes = torch.tensor([*permutations(range(n))])
    k, m = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    return -goes[:, m], goes[:, k], -(goes[:, k] == m).int().T


# %% q5: undoes the answer, too
def divider(n):
    from itertools import permutations

    goes = torch.tensor([*permutations(range(n))])
    comes = goes.argsort(1)
    k, m = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    return -comes[:, m], comes[:, k], -(comes[:, k] == m).int().T


# %% q5: votes for what it should vote against
def divider(n):
    from itertools import permutations

    goes = torch.tensor([*permutations(range(n))])
    comes = goes.argsort(1)
    k, m = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    return -comes[:, m], comes[:, k], (goes[:, k] == m).int().T


# %% q5: adds the places instead of comparing them
def divider(n):
    from itertools import permutations

    goes = torch.tensor([*permutations(range(n))])
    comes = goes.argsort(1)
    k, m = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    return comes[:, m], comes[:, k], -(goes[:, k] == m).int().T
