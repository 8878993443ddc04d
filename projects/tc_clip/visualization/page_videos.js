// The list of videos: search, filters, order.

const FILTERS = ['search', 'truth', 'predicted', 'wrong', 'differ', 'sort',
  'model'];
const judged = (video) => video.views[view.model];
const best = (one) => one.guesses[0];

// Whether a model is right; null where the class is not known.
const isRight = (video, one = judged(video)) => video.labels.length ?
  video.labels.includes(best(one).label) : null;

const differs = (video) => new Set(video.views.map(
    (one) => isRight(video, one) ?? best(one).label)).size > 1;

function matches(video) {
  const found = best(judged(video)).label;
  const text = [video.name, ...video.labels, found].join('\n').toLowerCase();
  return text.includes(view.search.trim().toLowerCase()) &&
    (!view.truth || video.labels.includes(view.truth)) &&
    (!view.predicted || found === view.predicted) &&
    (!view.wrong || isRight(video) === false) &&
    (!view.differ || differs(video));
}

// Indices of the videos that pass the filters, in their order.
function shownVideos() {
  const share = (i) => best(judged(run.videos[i])).probability;
  const orders = {
    list: (a, b) => a - b,
    sure: (a, b) => share(b) - share(a),
    unsure: (a, b) => share(a) - share(b),
    name: (a, b) => run.videos[a].name.localeCompare(
        run.videos[b].name, undefined, {numeric: true}),
  };
  return run.videos.map((_, i) => i).filter((i) => matches(run.videos[i])).sort(
      orders[view.sort]);
}

// After a change of the filters, shows a video that passes them.
function chooseShown() {
  const left = shownVideos();
  if (left.length && !left.includes(view.video)) {
    view.video = left[0];
    view.frame = clamp(view.frame, mostFrames(currentVideo()) - 1);
  }
}

// The folder that all names have in common, with its slash.
const COMMON = (() => {
  const folders = run.videos.map(({name}) =>
    name.slice(0, name.lastIndexOf('/') + 1));
  let common = folders[0];
  for (const folder of folders) {
    while (!folder.startsWith(common)) {
      common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1);
    }
  }
  return common;
})();

const MARKS = new Map([[true, '✓ '], [false, '✗ '], [null, '']]);
const TONES = new Map([[true, 'right'], [false, 'wrong'], [null, '']]);

function listItem(i, list) {
  const video = run.videos[i];
  const right = isRight(video);
  const button = make('button', make('li', list), {type: 'button'});
  button.dataset.video = i;
  const frames = framesOf(video, video.views[0]);
  make('img', button, {alt: '', loading: 'lazy', decoding: 'async',
    src: frames[frames.length >> 1]});
  const text = make('span', button);
  const first = make('span', text, {className: 'guess'});
  make('b', first, {textContent: MARKS.get(right) + best(judged(video)).label,
    className: TONES.get(right)});
  make('i', first, {textContent: percent(best(judged(video)).probability)});
  if (right === false) {
    make('span', text, {className: 'truth',
      textContent: `true: ${video.labels.join(', ')}`});
  }
  make('small', text, {textContent: video.name.slice(COMMON.length)});
  button.addEventListener('click', () => change({video: i, frame: 0}));
}

let listed = null; // what the list was made for

function showList() {
  const wanted = JSON.stringify(FILTERS.map((name) => view[name]));
  const left = shownVideos();
  if (wanted !== listed) {
    listed = wanted;
    const list = element('videos');
    list.replaceChildren();
    for (const i of left) listItem(i, list);
    element('count').textContent =
      `${left.length} of ${plural(run.videos.length, 'video')}`;
  }
  element('nothing').hidden = left.length > 0;
  element('video').hidden = !left.length;
  for (const button of document.querySelectorAll('#videos button')) {
    const current = Number(button.dataset.video) === view.video;
    button.setAttribute('aria-current', current);
    if (current) scrollInList(button);
  }
}

// Scrolls the list only, never the page.
function scrollInList(button) {
  const list = element('videos');
  const [inner, outer] = [button, list].map((e) => e.getBoundingClientRect());
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  if (inner.bottom > outer.bottom) {
    list.scrollTop += inner.bottom - outer.bottom;
  }
}

function fillClasses() {
  const labels = run.videos.flatMap((video) => video.labels);
  const guesses = run.videos.flatMap((video) =>
    video.views.map((one) => best(one).label));
  for (const [id, names] of [['truth', labels], ['predicted', guesses]]) {
    const there = new Set(names);
    const ordered = [...run.classes.filter((name) => there.has(name)),
      ...[...there].filter((name) => !run.classes.includes(name)).sort()];
    for (const name of ordered) {
      make('option', element(id), {value: name, textContent: name});
    }
    element(id).closest('label').hidden = !there.size;
  }
}

function showFilters() {
  const search = element('search');
  if (search.value !== view.search) search.value = view.search;
  for (const id of ['truth', 'predicted', 'sort']) element(id).value = view[id];
  for (const id of ['wrong', 'differ']) element(id).checked = view[id];
  element('judge').value = view.model;
  element('clear').hidden = ['search', 'truth', 'predicted', 'wrong',
    'differ'].every((name) => view[name] === START[name]);
}
