// Draws the view, and changes it by keys and controls. Runs last.

let playing = null;

function showTabs() {
  for (const name of ['videos', 'classes', 'models']) {
    const tab = element(`tab-${name}`);
    tab.hidden = !TABS.includes(name);
    tab.setAttribute('aria-selected', name === view.tab);
    tab.tabIndex = name === view.tab ? 0 : -1;
    element(`panel-${name}`).hidden = name !== view.tab;
  }
}

async function show() {
  showTabs();
  showAccuracy();
  showFilters();
  if (view.tab === 'classes') showClasses();
  if (view.tab === 'models') showModels();
  if (view.tab === 'videos') await showVideo();
  document.body.dataset.ready = JSON.stringify({...view,
    layer: clamp(view.layer, mostLayers(currentVideo()) - 1),
    shown: shownVideos()});
}

async function showVideo() {
  showList();
  const index = view.video;
  const video = run.videos[index];
  showHead(video);
  showControls(video);
  const images = await openVideo(index);
  if (index !== view.video) return; // another was chosen meanwhile
  view.frame = clamp(view.frame, mostFrames(video) - 1);
  showInput(video, images);
  video.views.forEach((_, i) => showColumn(video, i, images));
  showStrip(video, images);
}

function step(name, by) {
  const video = currentVideo();
  const last = {layer: mostLayers(video) - 1, frame: mostFrames(video) - 1};
  change({[name]: clamp(clamp(view[name], last[name]) + by, last[name])});
}

function stepVideo(by) {
  const list = shownVideos();
  if (!list.length) return;
  const place = clamp(list.indexOf(view.video) + by, list.length - 1);
  if (list[place] !== view.video) change({video: list[place], frame: 0});
}

function play() {
  clearInterval(playing);
  playing = playing === null ? setInterval(() => {
    change({frame: (view.frame + 1) % mostFrames(currentVideo())});
  }, 250) : null;
  element('play').setAttribute('aria-pressed', playing !== null);
  element('play').textContent = playing === null ? '▶ Play' : '❚❚ Stop';
}

const clearFilters = () => change({search: '', truth: '', predicted: '',
  wrong: false, differ: false});

const KEYS = {
  'j': () => stepVideo(1), 'k': () => stepVideo(-1), 'p': play,
  'w': () => change({wrong: !view.wrong}),
  'c': () => change({tab: view.tab === 'videos' ? 'classes' : 'videos'}),
  '?': () => {
    element('help').open = !element('help').open;
  },
  '/': () => {
    change({tab: 'videos'});
    element('search').focus();
  },
  'ArrowLeft': () => step('frame', -1), 'ArrowRight': () => step('frame', 1),
  'ArrowUp': () => step('layer', 1), 'ArrowDown': () => step('layer', -1),
};
MAPS.forEach((map, i) => {
  KEYS[i + 1] = () => {
    if (currentVideo().views.flatMap(available).includes(map)) change({map});
  };
});

// Whether an element itself does something when a key is pressed.
function takes(target, key) {
  if (target.matches('input[type=search], select')) return key !== 'Escape';
  return key.startsWith('Arrow') &&
    target.matches('input[type=range], input[type=radio], [role=tab]');
}

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Escape') {
    element('help').open = false;
    event.target.blur();
  }
  if (!(event.key in KEYS) || takes(event.target, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

function moveTab(event) {
  const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!by) return;
  const place = (TABS.indexOf(view.tab) + by + TABS.length) % TABS.length;
  change({tab: TABS[place]});
  element(`tab-${TABS[place]}`).focus();
}

function listen() {
  const on = (id, type, act) => element(id).addEventListener(type, act);
  document.addEventListener('keydown', pressed);
  for (const name of ['layer', 'frame']) {
    on(name, 'input', (e) => change({[name]: Number(e.target.value) - 1}));
  }
  on('maps', 'change', (e) => change({map: e.target.value}));
  on('search', 'input', (e) => change({search: e.target.value}));
  for (const id of ['truth', 'predicted', 'sort']) {
    on(id, 'change', (e) => change({[id]: e.target.value}));
  }
  for (const id of ['wrong', 'differ']) {
    on(id, 'change', (e) => change({[id]: e.target.checked}));
  }
  on('judge', 'change', (e) => change({model: Number(e.target.value)}));
  for (const id of ['clear', 'all']) on(id, 'click', clearFilters);
  on('play', 'click', play);
  on('before', 'click', () => stepVideo(-1));
  on('after', 'click', () => stepVideo(1));
  on('tabs', 'keydown', moveTab);
  for (const tab of TABS) on(`tab-${tab}`, 'click', () => change({tab}));
  window.addEventListener('hashchange', () => {
    readAddress();
    show();
  });
}

function showHeader() {
  const [model] = run.models;
  element('header').textContent = run.models.length > 1 ?
    `${plural(run.videos.length, 'video')} of ${run.models.length} models` :
    Object.entries(model.header).map(
        ([name, value]) => `${name}: ${value}`).join(' · ');
  element('header').title = element('header').textContent;
  run.models.forEach(({name}, i) => make('option', element('judge'),
      {value: i, textContent: name}));
  for (const id of ['judge-by', 'differ-box']) {
    element(id).hidden = run.models.length < 2;
  }
}

showHeader();
buildColumns();
fillClasses();
listen();
readAddress();
show();
