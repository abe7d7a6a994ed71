// What is wider than the window; what is too small to be hit; what something else lies upon. A link within a sentence may
// be as high as its line (WCAG 2.5.8), and a label is as good to hit as its field.
() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
    const selector = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    for (const it of document.querySelectorAll(selector)) {
        if (!it.checkVisibility({ visibilityProperty: true }) || it.closest('.skip')) continue;
        const said = `${it.localName} ${(it.textContent || it.value || it.id).trim().slice(0, 40)}`;
        it.scrollIntoView({ block: 'center' });
        const boxes = [it, ...(it.labels || [])].map((each) => each.getBoundingClientRect());
        const box = boxes[0];
        const inside = it.parentElement.closest('.wide');
        if (!inside && (box.left < 0 || box.right > root.clientWidth + 0.5)) found.push(`${said} is outside of the window`);
        const line = it.localName === 'a' && getComputedStyle(it).display === 'inline';
        const sentence = line && it.parentElement.textContent.trim() !== it.textContent.trim();
        const [wide, high] = ['width', 'height'].map((side) => Math.max(...boxes.map((each) => each[side])));
        if (!sentence && (wide < 24 || high < 24)) found.push(`${said} is ${wide.toFixed()} × ${high.toFixed()} px`);
        const [first] = it.getClientRects();
        const hit = first && document.elementFromPoint(first.left + first.width / 2, first.top + first.height / 2);
        if (!hit || !(it.contains(hit) || hit.contains(it))) found.push(`${said} is under ${hit?.outerHTML.slice(0, 80)}`);
    }
    scrollTo(0, 0);
    return found;
}
