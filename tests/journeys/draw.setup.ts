/** The draw that most journeys begin after: made once, by hand like every draw; its bureau is kept for them. */
import { test } from "@playwright/test";
import { desk } from "./browser";
import * as people from "./people";
import { Server } from "./server";

test("the office draws and dispatches", async ({ browser }) => {
  const server = await Server.begin();
  try {
    const office = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
    await people.signIn(office, "office");
    await people.drawAndDispatch(office);
    await server.keepAsDrawn();
  } finally {
    await server.end();
  }
});
