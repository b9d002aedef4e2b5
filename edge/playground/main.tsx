import { render } from 'preact';
import { App } from './app.tsx';
import { takeHandedKey } from './state/handed-key.ts';
import { applyTheme, readTheme } from './state/theme.ts';

// Before all else: nothing may see the address with a key in it.
const handedKey = takeHandedKey(window);
applyTheme(readTheme());

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');
render(<App handedKey={handedKey} />, root);
