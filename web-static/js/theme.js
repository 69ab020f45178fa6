/* Before the first paint: light or dark, so that nothing flashes. Not a module: modules run after the page is parsed. */
(function () {
  var choice = null;
  try { choice = localStorage.getItem('letopis.theme'); } catch (e) { choice = null; }
  var dark = choice === 'dark' || (choice !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  var meta = document.querySelector('meta[name="theme-color"]');
  if (meta) meta.content = dark ? '#1b1916' : '#f7f2e8';
})();
