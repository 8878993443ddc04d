// Accuracy by class, and which classes are taken for which.

const MOST_CELLS = 24; // classes of the matrix; more cannot be read
const tallyOf = (i) => run.models[i].tally;

// Counts of a model by true class: {all, right, taken: Map of predictions}.
function byClass({pairs}) {
  const rows = new Map();
  for (const [truth, guess, count] of pairs) {
    if (!rows.has(truth)) rows.set(truth, {all: 0, right: 0, taken: new Map()});
    const row = rows.get(truth);
    row.all += count;
    if (truth === guess) row.right += count;
    row.taken.set(guess, count);
  }
  return rows;
}

// Shows the videos of a cell, a row or all of them.
function lookAt(truth, predicted = '') {
  change({tab: 'videos', truth, predicted, search: '', wrong: false,
    differ: false});
}

function linkTo(parent, text, truth, predicted) {
  const button = make('button', parent,
      {type: 'button', className: 'link', textContent: text});
  button.addEventListener('click', () => lookAt(truth, predicted));
  return button;
}

function headCells(table, names) {
  const row = make('tr', make('thead', table));
  for (const name of names) make('th', row, {scope: 'col', textContent: name});
}

function accuracyCell(row, share) {
  const cell = make('td', row, {className: 'share'});
  make('i', cell).style.width = `${70 * share}%`;
  make('span', cell, {textContent: percent(share)});
}

function showClassTable(rows) {
  const table = element('class-table');
  table.replaceChildren();
  make('caption', table, {textContent: 'Accuracy by true class, lowest first'});
  headCells(table, ['Class', 'Videos', 'Right', 'Accuracy',
    'Most often taken for']);
  const body = make('tbody', table);
  const sorted = [...rows].sort(([, a], [, b]) =>
    a.right / a.all - b.right / b.all || b.all - a.all);
  for (const [name, {all, right, taken}] of sorted) {
    const row = make('tr', body);
    linkTo(make('th', row, {scope: 'row'}), name, name);
    make('td', row, {textContent: all, className: 'number'});
    make('td', row, {textContent: right, className: 'number'});
    accuracyCell(row, right / all);
    const cell = make('td', row);
    const [other] = [...taken].filter(([guess]) => guess !== name).sort(
        ([, a], [, b]) => b - a);
    if (other) linkTo(cell, `${other[0]} (${other[1]})`, name, other[0]);
  }
}

// The classes to show: all, or those with the most errors.
function matrixClasses(rows) {
  if (run.classes.length <= MOST_CELLS) return run.classes;
  const errors = new Map(run.classes.map((name) => [name, 0]));
  for (const [truth, {taken}] of rows) {
    for (const [guess, count] of taken) {
      if (guess === truth) continue;
      for (const name of [truth, guess]) {
        errors.set(name, errors.get(name) + count);
      }
    }
  }
  const most = [...errors].sort(([, a], [, b]) => b - a).slice(0, MOST_CELLS);
  const kept = new Set(most.map(([name]) => name));
  return run.classes.filter((name) => kept.has(name));
}

function matrixCell(row, truth, guess, counts) {
  const count = counts?.taken.get(guess) || 0;
  const cell = make('td', row);
  if (!count) return;
  const share = count / counts.all;
  cell.style.setProperty('--share', share);
  cell.className = truth === guess ? 'hit' : 'miss';
  const button = make('button', cell, {type: 'button'});
  make('b', button, {textContent: count});
  make('span', button, {textContent: `${Math.round(100 * share)} %`});
  button.setAttribute('aria-label',
      `${truth}, predicted ${guess}: ${count} of ${counts.all}`);
  button.title = button.getAttribute('aria-label');
  button.dataset.truth = truth;
  button.dataset.guess = guess;
  button.addEventListener('click', () => lookAt(truth, guess));
}

function showMatrix(rows) {
  const names = matrixClasses(rows);
  const table = element('matrix');
  table.replaceChildren();
  make('caption', table, {textContent: 'Confusion matrix: videos and share of ' +
    'the true class' + (names.length < run.classes.length ?
    `; the ${names.length} of ${run.classes.length} classes with the most ` +
    'errors' : '')});
  const head = make('tr', make('thead', table));
  make('th', head, {textContent: 'true ↓ predicted →'});
  for (const name of names) {
    const cell = make('th', head, {scope: 'col', title: name});
    make('span', cell, {textContent: name});
  }
  const body = make('tbody', table);
  for (const truth of names.filter((name) => rows.has(name))) {
    const row = make('tr', body);
    const first = make('th', row, {scope: 'row', title: truth});
    linkTo(first, truth, truth);
    for (const guess of names) {
      matrixCell(row, truth, guess, rows.get(truth));
    }
  }
}

function showClasses() {
  const rows = byClass(tallyOf(view.model));
  element('unlabelled').hidden = rows.size > 0;
  element('class-tables').hidden = !rows.size;
  if (!rows.size) return;
  const {labelled} = tallyOf(view.model);
  element('counted').textContent = labelled > run.videos.length ?
    `Counts are of all ${labelled} tested videos. A click shows those of a ` +
    `cell that are among the ${run.videos.length} on this page.` :
    'A click shows the videos of a cell.';
  showClassTable(rows);
  showMatrix(rows);
}
