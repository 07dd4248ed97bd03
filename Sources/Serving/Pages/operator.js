/**
 * The operator's page: which plugins run, with what settings, and how they are.
 *
 * @module operator
 */

import { linkDesk, showDesk } from "./desk.js";
import { find } from "./dom.js";
import { OperatorCard } from "./operator-card.js";
import { openPage, showTitle } from "./page.js";
import { SignIn } from "./sign-in.js";
import { StatusView } from "./status.js";
import { PluginShelf } from "./words.js";

const { words, room } = await openPage();
const shelf = new PluginShelf(words);
const door = new SignIn({ room, words, role: "operator" });
new StatusView({ room, words, element: find("status"), button: find("status-action") });
showTitle({ room, words, pageName: "page.operator" });
showDesk({
    room, words, card: (plugin) => new OperatorCard({
        plugin, room, words, texts: shelf.of(plugin),
    }),
});
linkDesk(find("host-link"), `/host/${encodeURIComponent(room.room)}`, room);
door.begin();
