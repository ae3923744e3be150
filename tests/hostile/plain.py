# %% [markdown]
# # Exercises: plain

# %% [raw]
# # ASSIGNMENT CONFIG
# init_cell: false
# export_cell: false
# check_all_cell: false
# tests:
#   ok_format: false

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2

# %% [markdown]
# ## 1. The first
#
# *Write the function · difficulty 1 · 1 minutes · 2 points*

# %% [raw]
# # BEGIN SOLUTION

# %%
first = 1  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
hidden: true
points: 2
"""  # END TEST CONFIG


def test_first(first):
    assert first == 1, f"first is {first!r}"


test_first(first)

# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 3

# %% [markdown]
# ## 2. The second
#
# *Write the function · difficulty 1 · 1 minutes · 3 points*

# %% [raw]
# # BEGIN SOLUTION

# %%
second = 2  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
hidden: true
points: 3
"""  # END TEST CONFIG


def test_second(second):
    assert second == 2, f"second is {second!r}"


test_second(second)

# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4
# manual: true

# %% [markdown]
# ## 3. Why?
#
# *Explain · difficulty 1 · 1 minutes · 4 points, graded by a person*

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# **Rubric.** Anything.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
