"""A deck of slides for each chapter, made from the chapter's own cells.

``python -m classroom.slides`` makes ``dist/slides/``, a page for each chapter that a
browser shows without a network. A cell that has one of these tags is in the deck:

``slide``
    It starts a slide.
``beside``
    It is on the slide of the cell before it, at once.
``fragment``
    It is on the slide of the cell before it, after a click.

Of Markdown all is shown, of code what came out of it. A hyphen and a word say what
else, as in ``slide-predict``, ``fragment-first`` or ``beside-code``; the words are in
:mod:`classroom.slides.cells`. A cell with two of these tags gives two parts, in the
order of its tags.
"""
