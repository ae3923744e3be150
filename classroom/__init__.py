"""What an instructor needs: student notebooks made from the masters, and grades.

``python -m classroom build`` makes ``dist/``; ``python -m classroom grade FOLDER``
grades what came back. Notebooks are built and graded by Otter-Grader; what is here
keeps a submission in its place.
"""
