// The frames in a row: each with its map of every model and its time.

let drawnStrip = null; // what the pictures were drawn for

function buildStrip(count) {
  const strip = element('strip');
  strip.replaceChildren();
  for (let frame = 0; frame < count; frame++) {
    const button = make('button', make('li', strip), {type: 'button'});
    for (let i = 0; i <= run.models.length; i++) make('canvas', button);
    make('span', button);
    button.addEventListener('click', () => change({frame}));
  }
}

function drawThumbs(video, images) {
  const count = mostFrames(video);
  if (element('strip').children.length !== count) buildStrip(count);
  [...element('strip').children].forEach((item, frame) => {
    const [input, ...maps] = item.querySelectorAll('canvas');
    const last = images[0].length - 1;
    draw(input, images[0][clamp(frame, last)], THUMB);
    video.views.forEach((one, i) => {
      const own = clamp(frame, images[i].length - 1);
      maps[i].hidden = !chosenMap(one);
      draw(maps[i], images[i][own], THUMB, one, own, chosenMap(one));
    });
    const {times} = video.views[0];
    const text = times ? clock(times[clamp(frame, last)]) : `${frame + 1}`;
    item.querySelector('span').textContent = text;
    item.firstChild.setAttribute('aria-label', `frame ${frame + 1}` +
      (times ? `, ${text}` : ''));
  });
}

function showStrip(video, images) {
  const wanted = JSON.stringify(
      [view.video, video.views.map((one) => [chosenMap(one), layerIndex(one)])]);
  if (wanted !== drawnStrip) drawThumbs(video, images);
  drawnStrip = wanted;
  [...element('strip').children].forEach((item, frame) => {
    item.firstChild.setAttribute('aria-current', frame === view.frame);
  });
}
