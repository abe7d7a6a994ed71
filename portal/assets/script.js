'use strict';
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Times of a session without a zone are UTC in the page: say them in the browser's own zone.
  // Written as the rest of the page is: English with the day first.
  const language = document.documentElement.lang.replace('en', 'en-GB');
  for (const time of all('time[data-at]')) {
    const style = { dateStyle: 'medium', timeStyle: time.dataset.at === 'm' ? 'short' : undefined };
    time.textContent = new Intl.DateTimeFormat(language, style).format(new Date(time.dateTime));
  }
  const zone = one('[data-zone]');
  if (zone) zone.textContent = zone.dataset.zone.replace('{zone}', Intl.DateTimeFormat().resolvedOptions().timeZone);

  // A search stands in the address, and a secret must not: what looks like one goes where it can be asked for.
  const search = one('[data-secrets]');
  const key = one('#key');
  if (search && key) search.form.onsubmit = (event) => {
    if (!RegExp(search.dataset.secrets).test(search.value)) return;
    event.preventDefault();
    event.stopPropagation();
    key.value = search.value;
    search.value = '';
    key.closest('details').open = true;
    one('[data-moved]').hidden = false;
    key.focus();
  };

  // A form is sent once; a page that comes back from the browser's memory can be used again.
  const sent = [];
  addEventListener('submit', (event) => setTimeout(() => {
    for (const button of event.target.querySelectorAll('button')) {
      button.disabled = true;
      sent.push(button);
    }
  }));
  addEventListener('pageshow', () => {
    for (const button of sent.splice(0)) button.disabled = false;
  });

  // Copying says what has happened. Leaving without having copied asks; leaving takes the secret out of the page.
  const secret = one('[data-secret]');
  if (secret) {
    const button = one('[data-copy]');
    const news = one('[data-news]');
    let kept = false;
    button.hidden = false;
    news.textContent = '';
    const keep = () => { kept = true; };
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(secret.value);
        keep();
        news.textContent = button.dataset.done;
      } catch {
        secret.focus();
        secret.select();
        news.textContent = button.dataset.failed;
      }
    };
    addEventListener('copy', keep);
    one('[data-kept]').onclick = keep;
    addEventListener('beforeunload', (event) => { if (!kept) event.preventDefault(); });
    addEventListener('pagehide', () => {
      keep();
      secret.removeAttribute('value');
      secret.value = '';
      for (const part of all('[data-wipe]')) part.remove();
      one('[data-wiped]').hidden = false;
    });
  }

  // Permissions: those that the type cannot have are not offered, those that it always has or that another one includes
  // are ticked and locked.
  const boxes = all('[name=scope]');
  const types = all('[name=type]');
  const own = new Map(boxes.map((box) => [box, box.checked]));
  const fit = () => {
    const type = types.find((radio) => radio.checked);
    for (const hint of all('[data-only]')) hint.hidden = Boolean(type);
    const has = (list) => type && list !== undefined && list.split(' ').includes(type.value);
    for (const box of boxes) {
      const always = has(box.dataset.always);
      const fits = !type || always || box.dataset.types === undefined || has(box.dataset.types);
      box.disabled = always || !fits;
      box.checked = always || own.get(box);
      box.parentElement.hidden = !fits;
    }
    const every = boxes.find((box) => box.dataset.all !== undefined && box.checked && !box.parentElement.hidden);
    for (const box of boxes) if (every && box !== every) box.checked = box.disabled = true;
  };
  for (const box of boxes) box.onchange = () => { own.set(box, box.checked); fit(); };
  for (const radio of types) radio.onchange = fit;
  fit();
})();
