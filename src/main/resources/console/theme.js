// Stands in the head as a classic script, so that a chosen theme is there before the first paint.
(() => {
  const chosen = localStorage.getItem('afterimage.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
})();
