// fc.navigateTo and its kin. An address is absolute (`/pages/offer?id=7`), or relative to
// the page on top.
const topPath = () => (pages.length === 0 ? '' : pages[pages.length - 1].path);

const absolute = (url) => {
  if (startsWith(url, '/')) return slice(url, 1);
  const [path] = split(url, '?');
  const rest = slice(url, path.length);
  if (mapHas(definitions, path)) return url;
  const folders = part(split(topPath(), '/'), 0, -1);
  for (const name of split(path, '/')) {
    if (name === '..') pop(folders);
    else if (name !== '.' && name !== '') push(folders, name);
  }
  return `${join(folders, '/')}${rest}`;
};

const goes = (name, go) =>
  api(name, (options, resolve, reject) => go(absolute(requireText('url', options.url)), settle(resolve, reject)));

goes('navigateTo', (address, done) => native.open(address, done));
goes('redirectTo', (address, done) => native.redirect(address, done));
goes('switchTab', (address, done) => native.switchTab(address, done));
goes('reLaunch', (address, done) => native.reload(address, done));
api('navigateBack', (options, resolve, reject) => {
  const delta = Math.trunc(Number(options.delta ?? 1));
  native.back(delta >= 1 ? Math.min(delta, 0xffffffff) : 1, settle(resolve, reject));
});
