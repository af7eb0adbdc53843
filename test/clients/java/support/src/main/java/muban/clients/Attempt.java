package muban.clients;

/** Something that is tried, and may fail in any way. */
@FunctionalInterface
public interface Attempt<T> {
  T run() throws Exception;
}
