// The accuracy of each model, and what models get right beside each other.

function accuracyText({labelled, right}) {
  return labelled ? `${percent(right / labelled)} right` : 'no labels';
}

function showAccuracy() {
  const box = element('accuracy');
  box.replaceChildren();
  run.models.forEach(({name, tally}, i) => {
    const several = run.models.length > 1;
    const part = make(several ? 'button' : 'div', box, {className: 'score'});
    make('b', part, {textContent: accuracyText(tally)});
    const counts = tally.labelled ?
      `${tally.right} of ${plural(tally.labelled, 'video')}` : '';
    make('span', part, {textContent: several ? `${name}: ${counts}` : counts});
    if (!several) return;
    part.type = 'button';
    part.setAttribute('aria-pressed', i === view.model);
    part.title = `Judge the list and the classes by ${name}`;
    part.addEventListener('click', () => change({model: i}));
  });
}

// Counts of the shared videos that this model, this alone, or none get right.
function compareModels() {
  const labelled = run.videos.filter((video) => video.labels.length);
  const rights = labelled.map((video) =>
    video.views.map((one) => isRight(video, one)));
  const count = (test) => rights.filter(test).length;
  return {
    videos: labelled.length,
    all: count((each) => each.every(Boolean)),
    none: count((each) => !each.some(Boolean)),
    models: run.models.map((_, i) => ({
      right: count((each) => each[i]),
      alone: count((each) => each[i] && each.filter(Boolean).length === 1),
    })),
  };
}

function showModels() {
  const found = compareModels();
  const table = element('model-table');
  table.replaceChildren();
  make('caption', table, {textContent:
    `The ${found.videos} labelled videos on this page: all models are right ` +
    `for ${found.all}, none for ${found.none}`});
  const headers = [...new Set(run.models.flatMap(
      ({header}) => Object.keys(header)))];
  headCells(table, ['Model', 'Right here', 'Only this one', 'In its whole test',
    ...headers]);
  const body = make('tbody', table);
  run.models.forEach((model, i) => {
    const row = make('tr', body);
    make('th', row, {scope: 'row', textContent: model.name});
    const {right, alone} = found.models[i];
    make('td', row, {textContent: right, className: 'number'});
    make('td', row, {textContent: alone, className: 'number'});
    make('td', row, {textContent: `${model.tally.right} of ` +
      `${model.tally.labelled} (${accuracyText(model.tally)})`});
    for (const name of headers) {
      make('td', row, {textContent: model.header[name] ?? ''});
    }
  });
  showPairs();
}

// For two models: how often both, one or none is right.
function showPairs() {
  const table = element('pair-table');
  table.hidden = run.models.length !== 2;
  if (table.hidden) return;
  table.replaceChildren();
  const [first, second] = run.models;
  make('caption', table, {textContent:
    'Videos that both, one or none of the two models get right'});
  headCells(table, ['', `${second.name} right`, `${second.name} wrong`]);
  const body = make('tbody', table);
  const labelled = run.videos.filter((video) => video.labels.length);
  for (const a of [true, false]) {
    const row = make('tr', body);
    make('th', row, {scope: 'row',
      textContent: `${first.name} ${a ? 'right' : 'wrong'}`});
    for (const b of [true, false]) {
      const count = labelled.filter((video) => isRight(
          video, video.views[0]) === a && isRight(video, video.views[1]) === b);
      make('td', row, {textContent: count.length, className: 'number'});
    }
  }
}
