import { mount } from 'svelte';

import './app.css';
import App from './shell/App.svelte';

const target = document.getElementById('console');
if (!target) throw new Error('index.html has no #console');
mount(App, { target });
