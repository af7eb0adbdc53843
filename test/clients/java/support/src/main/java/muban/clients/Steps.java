package muban.clients;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Prints one line a step and counts them. */
public final class Steps {
  private static final Gson QUOTE = new GsonBuilder().disableHtmlEscaping().create();

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private int passed;
  private int failed;

  /** Ends the program with a failed step if it has not ended after two minutes. */
  public Steps() {
    Executors.newSingleThreadScheduledExecutor(Steps::daemon).schedule(() -> {
      out.println("not ok finish: got no end after 2 minutes, expected one");
      System.exit(1);
    }, 2, TimeUnit.MINUTES);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** The address of the running Muban, without a slash at its end. */
  public static String mubanUrl() {
    String url = System.getenv("MUBAN_URL");
    if (url == null || url.isEmpty()) {
      System.err.println("MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080");
      System.exit(1);
    }
    return url.replaceAll("/$", "");
  }

  /** Compares what came with what was expected, as they print. */
  public boolean equal(String step, Object got, Object expected) {
    String came = QUOTE.toJson(String.valueOf(got));
    String wanted = QUOTE.toJson(String.valueOf(expected));
    if (!came.equals(wanted)) {
      failed++;
      out.println("not ok " + step + ": got " + came + ", expected " + wanted);
      return false;
    }
    passed++;
    out.println("ok " + step);
    return true;
  }

  /** A step that the rest cannot do without: it ends the program if it throws. */
  public <T> T needs(String step, Attempt<T> attempt) {
    try {
      T answer = attempt.run();
      equal(step, null, null);
      return answer;
    } catch (Exception e) {
      equal(step, e, null);
      end();
      throw new IllegalStateException(e);
    }
  }

  /** Prints the count and leaves, with 1 if a step failed. */
  public void end() {
    out.println(passed + " passed, " + failed + " failed");
    System.exit(failed > 0 ? 1 : 0);
  }
}
