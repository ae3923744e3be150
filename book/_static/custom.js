// The theme takes the focus from a button once it is pressed, to send a tip away that
// this book does not have. Whoever has no mouse would be lost: let the button keep it.
for (const button of document.querySelectorAll(
  ".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle"))
  button.blur = () => {};
