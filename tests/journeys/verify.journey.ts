/**
 * Anybody's check: a stranger without an account runs the draw again in his browser and with Python, changes one byte
 * and is told so by both; a shop owner finds his ticket and types the line that prints it; the office deals the next
 * card and the next alternate, and the same certificate with its amendments still holds; a draw made elsewhere comes in.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { desk, phone } from "./browser";
import * as people from "./people";
import { ROOT, Server } from "./server";

interface Bundle {
  certificate: { number: number; strata: { drawn: { id: string; ticket: string }[] }[] };
}

/** The first premises of our pool with the first two inspectors who may inspect it, as another platform sends it. */
const FILL = `
import sys
from openpyxl import Workbook, load_workbook
rows = lambda path: list(load_workbook(path).active.iter_rows(values_only=True))[1:]
premises = next(row for row in rows(sys.argv[1]))
item = premises[5].split("、")[0]
badges = [row[1] for row in rows(sys.argv[2]) if item in row[5]][:2]
book = Workbook()
book.active.append(("统一社会信用代码", "场所序号", "抽查事项编码", "检查人员警号"))
book.active.append((premises[0], premises[1], item, "、".join(badges)))
book.save(sys.argv[3])
`;

let server: Server;
let folder: string;

test.beforeEach(async () => {
  server = await Server.begin();
  folder = mkdtempSync(join(tmpdir(), "suicha-verify-"));
});

test.afterEach(async () => {
  await server.end();
  rmSync(folder, { recursive: true, force: true });
});

async function download(page: Page, testid: string, name: string): Promise<string> {
  const coming = page.waitForEvent("download");
  await page.getByTestId(testid).click();
  const path = join(folder, name);
  await (await coming).saveAs(path);
  return path;
}

/** What the stand-alone verifier, downloaded beside the certificate, says. */
function python(script: string, file: string): { code: number | null; said: string } {
  const done = spawnSync(join(ROOT, ".venv/bin/python"), [script, file], { encoding: "utf8" });
  return { code: done.status, said: done.stdout + done.stderr };
}

async function result(page: Page, holds: boolean): Promise<void> {
  await expect(page.getByTestId("verify-result")).toHaveAttribute("data-holds", String(holds), {
    timeout: 60_000,
  });
}

test("a stranger runs the draw again, changes a byte, and is told so in words", async ({ browser }) => {
  test.setTimeout(420_000);
  const office = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
  await people.signIn(office, "office");
  await people.drawAndDispatch(office);
  const stranger = await (await browser.newContext({ ...phone, baseURL: server.address })).newPage();
  let file = "";
  let script = "";

  await test.step("he opens the page without an account and runs the published certificate", async () => {
    await stranger.goto("/verify");
    await stranger.locator('[data-testid^="certificate-"]:enabled').first().click();
    await result(stranger, true);
    for (const step of ["strata", "tasks", "chain", "signature"])
      await expect(stranger.getByTestId(`step-${step}`)).toHaveAttribute("data-state", "pass");
    await expect(stranger.getByTestId("step-annex")).toHaveAttribute("data-state", "kept");
  });

  await test.step("the same files hold under Python", async () => {
    file = await download(stranger, "get-certificate", "certificate.json");
    script = await download(stranger, "get-verify_draw.py", "verify_draw.py");
    const around = await download(stranger, "get-verify_chain.py", "verify_chain.py");
    const chain = await download(stranger, "get-chain", "chain.json");
    const verified = python(script, file);
    expect(verified.code).toBe(0);
    expect(verified.said).toContain("一致");
    expect(python(around, chain).code).toBe(0);
  });

  const bundle = JSON.parse(readFileSync(file, "utf8")) as Bundle;
  const drawn = bundle.certificate.strata.flatMap((row) => row.drawn)[0]!;

  await test.step("one byte is changed: browser and Python refuse it, and say what is wrong", async () => {
    const changed = join(folder, "changed.json");
    const data = readFileSync(file);
    const at = data.indexOf(drawn.ticket) + 20;
    data[at] = data[at]! ^ 1;
    writeFileSync(changed, data);
    await stranger.getByTestId("verify-files").setInputFiles([changed]);
    await result(stranger, false);
    const wrong = stranger.getByTestId("step-strata");
    await expect(wrong).toHaveAttribute("data-state", "fail");
    await expect(wrong).toContainText(drawn.ticket);
    const { code, said } = python(script, changed);
    expect(code).toBe(1);
    expect(said).toContain(drawn.ticket);
    expect(said).not.toContain("Traceback");
  });

  await test.step("a shop owner finds his ticket, and the line that he types prints it", async () => {
    await stranger.goto("/ticket");
    const asked: string[] = [];
    stranger.on("request", (request) => asked.push(request.url() + (request.postData() ?? "")));
    await stranger.getByTestId("ticket-code").fill(drawn.id.split(":")[1]!.split("#")[0]!);
    await stranger.getByTestId("ticket-look").click();
    const own = stranger.getByTestId("ticket-own").filter({ hasText: drawn.ticket });
    await expect(own.getByTestId("ticket-drawn").first()).toBeVisible();
    const line = await own.getByTestId("command-linux").innerText();
    expect(execFileSync("sh", ["-c", line]).toString()).toContain(drawn.ticket);
    expect(asked.filter((one) => one.includes(drawn.id.split(":")[1]!))).toEqual([]);
    await stranger.getByTestId("ticket-code").fill("91410422MA0000000X");
    await stranger.getByTestId("ticket-look").click();
    await expect(stranger.getByTestId("ticket-missing")).toBeVisible();
  });

  await test.step("the office prints the record and deals the next card; the certificate still holds", async () => {
    const draws = (await (await office.request.get("/api/drawing/draws")).json()) as { id: string }[];
    const paper = await office.request.get(`/api/documents/draws/${draws[0]!.id}/record.pdf`);
    expect(paper.headers()["content-type"]).toContain("application/pdf");
    const task = (await people.tasksOf(office)).find((one) => one.state === "dispatched")!;
    await office.getByText(task.number).click();
    await office.getByTestId(`replace-${task.inspectors[0]!.person_id}`).click();
    await office.getByTestId("change-reason").click();
    await office.getByRole("option", { name: "回避" }).click();
    await office.getByTestId("change-note").fill("与经营者有亲属关系");
    await office.getByTestId("change-approved").fill("治安大队大队长");
    await office.getByTestId("change-send").click();
    await expect(office.getByTestId("change-done").or(office.getByTestId("change-failed"))).toBeVisible();
    const refused = await office.getByTestId("change-failed").isVisible();
    await stranger.goto(`/verify/${bundle.certificate.number}`);
    await result(stranger, true);
    const amended = stranger.getByTestId("step-amendments");
    await expect(amended).toHaveAttribute("data-state", refused ? "kept" : "pass");
  });

  await test.step("a premises is gone: the next alternate comes in, or it is told that none is left", async () => {
    await office.goto("/office/tasks");
    const task = (await people.tasksOf(office)).find((one) => one.state === "dispatched")!;
    await office.getByText(task.number).click();
    await office.getByTestId("withdraw").click();
    await office.getByTestId("change-reason").click();
    await office.getByRole("option", { name: "迁出" }).click();
    await office.getByTestId("change-note").fill("现场已搬空");
    await office.getByTestId("change-approved").fill("局长");
    await office.getByTestId("change-send").click();
    await expect(office.getByTestId("change-done")).toBeVisible();
    await stranger.reload();
    await result(stranger, true);
    await expect(stranger.getByTestId("step-amendments")).toHaveAttribute("data-state", "pass");
  });

  await test.step("a draw made elsewhere: our pools go out, its result comes in and is marked", async () => {
    await office.goto("/office/draws");
    const subjects = await download(office, "pool-subjects", "subjects.xlsx");
    const inspectors = await download(office, "pool-inspectors", "inspectors.xlsx");
    const list = join(folder, "result.xlsx");
    const filled = spawnSync(join(ROOT, ".venv/bin/python"), ["-c", FILL, subjects, inspectors, list]);
    expect(filled.status, String(filled.stderr)).toBe(0);
    await office.getByTestId("external-organiser").fill("省双随机监管平台");
    await office.getByTestId("external-note").fill("部门联合抽查");
    await office.getByTestId("external-result").setInputFiles(list);
    await office.getByTestId("external-proof").setInputFiles(script);
    await office.getByTestId("external-send").click();
    await expect(office).toHaveURL(/office\/draws\/[0-9a-f-]{36}$/);
    await expect(office.getByTestId("draw-record")).toBeVisible();
    await expect(office.getByTestId("to-verify")).toBeHidden();
  });
});
