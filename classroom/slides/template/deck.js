// Starts reveal.js, and has MathJax set the formulas of a slide when it comes up.

window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true },
  options: { enableMenu: false },
  startup: { typeset: false },
};

// Words that are too many for their slide become smaller, down to a limit. Then they
// scroll, with the arrow keys once Tab has reached them.
function fit(slide) {
  const words = slide.querySelector("div.words");
  if (!words) return;
  for (let size = 100; size >= 60; size -= 4) {
    words.style.fontSize = size + "%";
    if (words.scrollHeight <= words.clientHeight + 1) return;
  }
  words.tabIndex = 0;
}

// Hidden formulas have no size: a slide is prepared when it can be measured.
const begun = new WeakSet();
async function prepare(slide) {
  if (!slide || begun.has(slide)) return;
  begun.add(slide);
  await MathJax.startup.promise;
  await MathJax.typesetPromise([slide]);
  fit(slide);
  slide.dataset.prepared = "yes";
  // A fold that opens brings more words.
  slide.addEventListener("toggle", () => fit(slide), true);
}

async function comeUp({ currentSlide }) {
  await prepare(currentSlide);
  await prepare(currentSlide.nextElementSibling);
}

// In a slider, on a button or in words that scroll, keys belong there and not to the
// slides. A letter is no command at all: who speaks to the computer may say one by chance
// (WCAG 2.1.4).
function forSlides({ key, target }) {
  if (key?.length === 1 && key !== " ") return false;
  if (key === " " && target.closest?.("button")) return false;
  return !target.closest?.(".grokcore-flipbook-bar, details, div.words[tabindex]");
}

window.addEventListener("load", () => {
  Reveal.on("slidechanged", comeUp);
  Reveal.on("ready", comeUp);
  Reveal.on("pdf-ready", async () => {
    for (const slide of Reveal.getSlides()) {
      // On paper all are there, for who listens to it as well.
      slide.removeAttribute("hidden");
      slide.removeAttribute("aria-hidden");
      await prepare(slide);
    }
  });
  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0.03,
    center: false,
    display: "grid",
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    backgroundTransition: "none",
    keyboardCondition: forSlides,
    pdfSeparateFragments: false,
  });
});
