// One line a step, and a count of them.
export class Steps {
  passed = 0;
  failed = 0;

  equal(step, got, expected) {
    const [g, e] = [JSON.stringify(got), JSON.stringify(expected)];
    if (g === e) {
      this.passed++;
      console.log(`ok ${step}`);
      return true;
    }
    this.failed++;
    console.log(`not ok ${step}: got ${g}, expected ${e}`);
    return false;
  }

  // A step that the rest cannot do without: what it throws ends the program.
  async needs(step, work) {
    try {
      const result = await work();
      this.equal(step, 'done', 'done');
      return result;
    } catch (error) {
      this.equal(step, error.message, 'done');
      return this.end();
    }
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed > 0 ? 1 : 0);
  }
}
