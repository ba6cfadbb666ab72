//! Files: a list of steps, each a name and what it needs. What came of each is told in order: a value,
//! or the name of an error.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::component::wasi::clocks::wall_clock::Datetime;
use crate::component::wasi::filesystem::preopens;
use crate::component::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
    filesystem_error_code,
};
use crate::component::wasi::io::streams::{OutputStream, StreamError};
use crate::output::write_all;

thread_local! {
    /// What the steps `hold` and `hold-stream` have opened.
    static HELD: RefCell<(Vec<Descriptor>, Vec<OutputStream>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

pub(crate) fn run(detail: &Value) -> Value {
    let Some((root, _)) = preopens::get_directories().into_iter().next() else {
        return json!("no folder");
    };
    let steps = detail["steps"].as_array().unwrap();
    let told = |step: &Value| {
        let words = step.as_array().unwrap();
        match step_of(&root, words[0].as_str().unwrap(), &words[1..]) {
            Ok(value) => value,
            Err(error) => json!(error.name()),
        }
    };
    steps.iter().map(told).collect()
}

fn text(words: &[Value], place: usize) -> &str {
    words[place].as_str().unwrap()
}

fn number(words: &[Value], place: usize) -> u64 {
    words[place].as_u64().unwrap()
}

fn bytes(words: &[Value], place: usize) -> Vec<u8> {
    match &words[place] {
        Value::String(text) => text.as_bytes().to_vec(),
        length => vec![b'x'; usize::try_from(length.as_u64().unwrap()).unwrap()],
    }
}

fn create(root: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::CREATE,
        DescriptorFlags::WRITE,
    )
}

fn open(root: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::empty(),
        DescriptorFlags::READ,
    )
}

fn folder(root: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::DIRECTORY,
        DescriptorFlags::READ,
    )
}

/// The file's error behind that of a stream.
fn of_stream(error: StreamError) -> ErrorCode {
    match error {
        StreamError::Closed => ErrorCode::Pipe,
        StreamError::LastOperationFailed(error) => {
            filesystem_error_code(&error).unwrap_or(ErrorCode::Io)
        }
    }
}

fn write(stream: &OutputStream, bytes: &[u8]) -> Result<(), StreamError> {
    write_all(stream, bytes)?;
    stream.blocking_flush()
}

fn step_of(root: &Descriptor, name: &str, words: &[Value]) -> Result<Value, ErrorCode> {
    let done = json!("ok");
    let path = || text(words, 0);
    match name {
        "write" => {
            let written = create(root, path())?.write(&bytes(words, 1), number(words, 2))?;
            return Ok(json!(written));
        }
        "stream" => {
            let stream = create(root, path())?.write_via_stream(number(words, 2))?;
            write(&stream, &bytes(words, 1)).map_err(of_stream)?;
        }
        "append" => {
            let stream = create(root, path())?.append_via_stream()?;
            write(&stream, &bytes(words, 1)).map_err(of_stream)?;
        }
        "read" => {
            let (stream, mut read) = (open(root, path())?.read_via_stream(0)?, Vec::new());
            while let Ok(more) = stream.blocking_read(1 << 20) {
                read.extend(more);
            }
            let start = read.get(..80).unwrap_or(&read);
            return Ok(json!([read.len(), String::from_utf8_lossy(start)]));
        }
        "read-at" => {
            let (read, _) = open(root, path())?.read(number(words, 1), number(words, 2))?;
            return Ok(json!(String::from_utf8_lossy(&read)));
        }
        "empty" => {
            let how = OpenFlags::CREATE | OpenFlags::TRUNCATE;
            root.open_at(PathFlags::empty(), path(), how, DescriptorFlags::WRITE)?;
        }
        "resize" => create(root, path())?.set_size(number(words, 1))?,
        "write-to-read-only" => {
            open(root, path())?.write(b"x", 0)?;
        }
        "size" => return Ok(json!(root.stat_at(PathFlags::empty(), path())?.size)),
        "fine-time" => {
            let stat = root.stat_at(PathFlags::empty(), path())?;
            let fine =
                |time: Option<Datetime>| time.is_some_and(|t| t.nanoseconds % 1_000_000 != 0);
            return Ok(json!(
                fine(stat.data_modification_timestamp) || fine(stat.data_access_timestamp)
            ));
        }
        "set-times" => {
            let time = |seconds| {
                NewTimestamp::Timestamp(Datetime {
                    seconds,
                    nanoseconds: u32::MAX,
                })
            };
            root.set_times_at(
                PathFlags::empty(),
                path(),
                time(number(words, 1)),
                NewTimestamp::Now,
            )?;
        }
        "folder" => root.create_directory_at(path())?,
        "folder-in" => folder(root, path())?.create_directory_at(text(words, 1))?,
        "write-in" => {
            create(&folder(root, path())?, text(words, 1))?;
        }
        "remove-folder" => root.remove_directory_at(path())?,
        "remove" => root.unlink_file_at(path())?,
        "rename" => root.rename_at(path(), root, text(words, 1))?,
        "link" => root.link_at(PathFlags::empty(), path(), root, text(words, 1))?,
        "symlink" => root.symlink_at(path(), text(words, 1))?,
        "read-link" => return Ok(json!(root.readlink_at(path())?)),
        "sync" => create(root, path())?.sync()?,
        "list" => {
            let stream = folder(root, path())?.read_directory()?;
            let mut names = Vec::new();
            while let Some(entry) = stream.read_directory_entry()? {
                names.push(entry.name);
            }
            names.sort();
            return Ok(json!(names));
        }
        "make-many" => {
            let made = (0..number(words, 1))
                .take_while(|n| create(root, &format!("{}{n}", path())).is_ok());
            return Ok(json!(made.count()));
        }
        "hold" => {
            let held = create(root, path())?;
            HELD.with_borrow_mut(|(files, _)| files.push(held));
        }
        "hold-stream" => {
            let stream = create(root, path())?.write_via_stream(0)?;
            HELD.with_borrow_mut(|(_, streams)| streams.push(stream));
        }
        "hold-folder" => {
            let held = folder(root, path())?;
            HELD.with_borrow_mut(|(files, _)| files.push(held));
        }
        "list-at-once" => {
            let lists: Vec<_> = (0..number(words, 0))
                .map_while(|_| root.read_directory().ok())
                .collect();
            return Ok(json!(lists.len()));
        }
        "grow-held" => HELD
            .with_borrow(|(files, _)| files[0].write(&bytes(words, 0), number(words, 1)))
            .map(drop)?,
        "release" => HELD.with_borrow_mut(|(files, streams)| {
            files.clear();
            streams.clear();
        }),
        other => panic!("there is no step `{other}`"),
    }
    Ok(done)
}

/// Writes the same bytes to the same place without end.
pub(crate) fn write_storm(length: u64) -> Value {
    let (root, _) = preopens::get_directories().into_iter().next().unwrap();
    let (file, bytes) = (
        create(&root, "storm").unwrap(),
        vec![0; usize::try_from(length).unwrap()],
    );
    loop {
        file.write(&bytes, 0).unwrap();
    }
}

/// Begins to read a file in as many streams as there may be, and waits for none.
pub(crate) fn read_at_once(count: u64) -> Value {
    let (root, _) = preopens::get_directories().into_iter().next().unwrap();
    let file = root
        .open_at(
            PathFlags::empty(),
            "storm",
            OpenFlags::CREATE,
            DescriptorFlags::READ | DescriptorFlags::WRITE,
        )
        .unwrap();
    let streams: Vec<_> = (0..count)
        .map(|_| file.read_via_stream(0).unwrap())
        .collect();
    let begun = streams.iter().filter(|stream| stream.read(1 << 20).is_ok());
    json!(begun.count())
}
