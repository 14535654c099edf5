// JDBC: parameters as varchar (setString), text and unknown. getString() reads; to getObject() a type that the driver does not
// know is a PGobject. The driver speaks TCP, and the server of the tests listens on a Unix socket.
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.util.PGobject;

public class Jdbc {
	public static class UnixSocket extends Socket {
		private final SocketChannel channel;

		UnixSocket(String path) throws IOException {
			channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
		}

		@Override public void connect(SocketAddress address, int timeout) {}
		@Override public boolean isConnected() { return channel.isConnected(); }
		@Override public boolean isClosed() { return !channel.isOpen(); }
		@Override public InputStream getInputStream() { return Channels.newInputStream(channel); }
		@Override public OutputStream getOutputStream() { return Channels.newOutputStream(channel); }
		@Override public void close() throws IOException { channel.close(); }
		@Override public void setTcpNoDelay(boolean on) {}
		@Override public void setKeepAlive(boolean on) {}
		@Override public void setSoTimeout(int timeout) {}
		@Override public int getSoTimeout() { return 0; }
		@Override public int getSendBufferSize() { return 8192; }
		@Override public int getReceiveBufferSize() { return 8192; }
	}

	public static class UnixSockets extends SocketFactory {
		private final String path;

		public UnixSockets(String path) { this.path = path; }
		@Override public Socket createSocket() throws IOException { return new UnixSocket(path); }
		@Override public Socket createSocket(String host, int port) throws IOException { return createSocket(); }
		@Override public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException { return createSocket(); }
		@Override public Socket createSocket(InetAddress host, int port) throws IOException { return createSocket(); }
		@Override public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException { return createSocket(); }
	}

	static int number = 0, failed = 0;

	static void check(String what, String have, String want) {
		number++;
		if (have != null && have.equals(want)) {
			System.out.println("ok " + number + " - jdbc " + what);
		} else {
			failed = 1;
			System.out.println("not ok " + number + " - jdbc " + what + "\n# have: " + have + "\n# want: " + want);
		}
	}

	static void set(PreparedStatement statement, int n, String way, String value) throws SQLException {
		switch (way) {
			case "varchar" -> statement.setString(n, value);
			case "unknown" -> statement.setObject(n, value, Types.OTHER);
			default -> {
				PGobject object = new PGobject();
				object.setType("text");
				object.setValue(value);
				statement.setObject(n, object);
			}
		}
	}

	static String run(Connection connection, String sql, String way, String... values) {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < values.length; i++) set(statement, i + 1, way, values[i]);
			return read(statement);
		} catch (SQLException error) {
			return error.getMessage();
		}
	}

	static String read(PreparedStatement statement) throws SQLException {
		StringBuilder rows = new StringBuilder();
		try (ResultSet result = statement.executeQuery()) {
			while (result.next()) rows.append(result.getString("v")).append('|').append(result.getObject(1));
		}
		return rows.toString();
	}

	static void domains(Connection connection) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement("INSERT INTO domains (id, born) VALUES (1, ?)");
				PreparedStatement select = connection.prepareStatement("SELECT born FROM domains WHERE born = ?")) {
			insert.setObject(1, LocalDate.of(1950, 2, 1));
			insert.executeUpdate();
			select.setDate(1, java.sql.Date.valueOf("1950-02-01"));
			try (ResultSet result = select.executeQuery()) {
				check("birth_date: date", result.next() ? result.getObject(1, LocalDate.class).toString() + result.getDate("born") : "none", "1950-02-011950-02-01");
			}
		}
		try (PreparedStatement delete = connection.prepareStatement("DELETE FROM domains")) {
			delete.executeUpdate();
		}
	}

	static Connection connect(String unnamed) throws SQLException {
		Properties properties = new Properties();
		properties.setProperty("user", System.getenv("PGUSER"));
		properties.setProperty("socketFactory", UnixSockets.class.getName());
		properties.setProperty("socketFactoryArg", System.getenv("PGHOST") + "/.s.PGSQL." + System.getenv("PGPORT"));
		properties.setProperty("sslmode", "disable");
		properties.setProperty("gssEncMode", "disable");
		// Prepare on the server at once, or never.
		properties.setProperty("prepareThreshold", unnamed);
		return DriverManager.getConnection("jdbc:postgresql://localhost/" + System.getenv("PGDATABASE"), properties);
	}

	public static void main(String[] arguments) throws SQLException {
		String[] types = {"person_name", "username", "email", "phone", "postal_address", "national_id", "free_text", "personal_text"};
		for (String threshold : new String[] {"1", "0"}) {
			try (Connection connection = connect(threshold)) {
				for (String type : types) {
					for (String way : new String[] {"varchar", "text", "unknown"}) {
						String what = type + " " + way + (threshold.equals("1") ? " prepared: " : ": ");
						check(what + "insert", run(connection, "INSERT INTO " + type + " (v) VALUES (?) RETURNING v", way, "Kari Ås"), "Kari Ås|Kari Ås");
						check(what + "equality", run(connection, "SELECT v FROM " + type + " WHERE v = ?", way, "Kari Ås"), "Kari Ås|Kari Ås");
						check(what + "LIKE", run(connection, "SELECT v FROM " + type + " WHERE v LIKE ?", way, "Kari%"), "Kari Ås|Kari Ås");
						check(what + "IN", run(connection, "SELECT v FROM " + type + " WHERE v IN (?, ?)", way, "x", "Kari Ås"), "Kari Ås|Kari Ås");
						check(what + "update", run(connection, "UPDATE " + type + " SET v = ? WHERE v = ? RETURNING v", way, "Ola Øy", "Kari Ås"), "Ola Øy|Ola Øy");
						try (PreparedStatement statement = connection.prepareStatement("SELECT v FROM " + type + " WHERE v = ANY (?)")) {
							Array array = connection.createArrayOf(way.equals("text") ? "text" : "varchar", new String[] {"x", "Ola Øy"});
							statement.setArray(1, array);
							check(what + "ANY", read(statement), "Ola Øy|Ola Øy");
						}
						check(what + "delete", run(connection, "DELETE FROM " + type + " WHERE v = ? RETURNING v", way, "Ola Øy"), "Ola Øy|Ola Øy");
					}
				}
				domains(connection);
			}
		}
		System.exit(failed);
	}
}
